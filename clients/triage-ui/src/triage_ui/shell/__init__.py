"""What every page stands in: layout, words, headers, forms, errors."""
