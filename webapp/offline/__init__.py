"""What a browser keeps of the board, so that a tablet has it without the server."""
