"""Between the socket and the app: connections, addresses in the network, requests refused early."""
