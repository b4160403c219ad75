"""Matching 匹配: candidates with their evidence, computed on a view and nothing else.

`facts` reads products and their links, `needs` says which material a product needs and why, `partners` adds that up
over companies, `gap` looks for those who could fill a product or a segment. Figures: docs/matching.md.
"""
