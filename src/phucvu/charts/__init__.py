"""Charts as SVG made on the server: the same in a page, a letter and an embed."""
