/// How a server listens and whom it serves.
public struct ServerConfiguration: Sendable {
    public var address: ListenAddress
    /// What clients must know; nil: nothing, which is only for addresses that nobody else can reach.
    public var token: AccessToken?
    /// Host names besides the machine's own loopback names under which clients without a token may ask for it.
    public var hostNames: Set<String>

    /// - Throws: ``ServingError`` for an address that others can reach without a token.
    public init(address: ListenAddress, token: AccessToken?, hostNames: Set<String> = []) throws(ServingError) {
        guard token != nil || address.isLoopback else {
            throw ServingError(
                "\(address): other machines can reach this address, so a token is needed: give --token-file FILE "
                    + "(make one with: openssl rand -hex 24), or listen on 127.0.0.1")
        }
        self.address = address
        self.token = token
        self.hostNames = hostNames
    }
}
