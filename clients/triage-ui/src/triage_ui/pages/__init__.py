"""One room for each page: its route, its view model and its template."""
