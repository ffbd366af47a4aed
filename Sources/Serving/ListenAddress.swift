internal import Foundation

/// Where a server listens: a host and a port.
public struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// A host name or an IP address.
    public var host: String
    /// 0: any that is free.
    public var port: Int

    public init(host: String = "127.0.0.1", port: Int) {
        self.host = host
        self.port = port
    }

    /// Whether only this machine can reach it.
    public var isLoopback: Bool { Self.isLoopback(host) }

    /// As it stands in an address: IPv6 in brackets.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host == "[::1]"
            || host.hasPrefix("127.") && host.split(separator: ".").count == 4
                && host.allSatisfy { "0123456789.".contains($0) }
    }

    /// Makes sure that it can be listened at, before any work is begun.
    ///
    /// - Throws: ``ServingError`` with the reason: the port is in use, or not allowed, or the host is not this machine's.
    public func check() throws(ServingError) {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &found)
        guard code == 0, let address = found else {
            throw ServingError(
                "\(self): \(String(cString: gai_strerror(code))); give a host name or address of this machine")
        }
        defer { freeaddrinfo(found) }
        let socket = socket(address.pointee.ai_family, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { throw ServingError("\(self): \(String(cString: strerror(errno)))") }
        defer { close(socket) }
        var reuse: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        guard bind(socket, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0, listen(socket, 1) == 0 else {
            throw ServingError.listening(at: self, errno)
        }
    }
}
