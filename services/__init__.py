"""Services: where ledger, views and rules meet; one function per question, asked alike by API, pages and commands."""
