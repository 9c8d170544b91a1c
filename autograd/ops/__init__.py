"""What an operation is: the table of rows, and what is printed from it. Imports nothing else of ours."""
