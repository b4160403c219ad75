"""Which of many products are most like one: by the characters of their names, or by what they are made from."""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp

Neighbours = list[tuple[int, float]]


class NearestRows:
    """Rows of unit length; finds those nearest to a vector by cosine. Each row stands for a handle."""

    def __init__(self, handles: Sequence[int], matrix: sp.csr_matrix) -> None:
        self.handles = np.asarray(handles, np.int64)
        self.row_of = {handle: row for row, handle in enumerate(handles)}
        self.matrix = matrix
        self._transposed = matrix.T.tocsr()

    def nearest(self, vector: sp.csr_matrix, k: int, *, without: int, floor: float = 0.0) -> Neighbours:
        """The k nearest handles with their similarity, best first, ties by row; `without` is left out."""
        hits = vector @ self._transposed
        rows, similarities = hits.indices, hits.data
        keep = (rows != self.row_of.get(without, -1)) & (similarities > floor)
        rows, similarities = rows[keep], similarities[keep]
        if len(similarities) > 4 * k:  # cut before sorting; keeps every tie at the border
            keep = similarities >= np.partition(similarities, -k)[-k]
            rows, similarities = rows[keep], similarities[keep]
        order = np.lexsort((rows, -similarities))[:k]
        return [(int(self.handles[rows[i]]), min(float(similarities[i]), 1.0)) for i in order]

    def row(self, handle: int) -> sp.csr_matrix | None:
        """The vector of a handle that has a row."""
        row = self.row_of.get(handle)
        return None if row is None else self.matrix[row]


def unit_rows(matrix: sp.csr_matrix) -> sp.csr_matrix:
    """The rows scaled to length 1; a row of zeros stays."""
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    scale = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    return sp.csr_matrix(sp.diags_array(scale) @ matrix)


class NameVectors:
    """Names as TF-IDF vectors of their character 1- to 3-grams, weighted by the names it is fitted on."""

    def __init__(self, fitted_on: Sequence[str]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer  # here: it takes seconds that few commands need

        self._vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), dtype=np.float32)
        self.fitted = sp.csr_matrix(self._vectorizer.fit_transform(fitted_on))

    def of(self, names: Sequence[str]) -> sp.csr_matrix:
        """One row a name, of unit length (zero where the name shares no character with the fitted ones)."""
        return sp.csr_matrix(self._vectorizer.transform(names))
