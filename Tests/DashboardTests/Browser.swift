import Foundation
import Synchronization

/// A real browser, told what to do by WebDriver (W3C); Debian's `chromium` and `chromium-driver`.
final class Browser: Sendable {
    /// What the browser or its driver said.
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    private let driver: Process
    private let session: URL

    /// Whether a browser and its driver are there, and can be started on this machine.
    static let isThere: Bool = {
        guard ["/usr/bin/chromedriver", "/usr/bin/chromium"].allSatisfy(FileManager.default.isExecutableFile) else {
            return false
        }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lapwing-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let trial = Process()
        trial.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
        trial.arguments =
            ["60", "/usr/bin/chromium"] + arguments + ["--user-data-dir=\(folder.path)", "--dump-dom", "about:blank"]
        let output = Pipe()
        trial.standardOutput = output
        trial.standardError = FileHandle.nullDevice
        guard (try? trial.run()) != nil else { return false }
        let page = output.fileHandleForReading.readDataToEndOfFile()
        return String(decoding: page, as: UTF8.self).contains("<html")
    }()

    private static let arguments = [
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--autoplay-policy=no-user-gesture-required",
    ]

    /// - Parameters:
    ///   - folder: for what the browser keeps.
    ///   - isDark: what the user prefers.
    static func start(in folder: String, width: Int = 1200, height: Int = 900, isDark: Bool = false) async throws
        -> Browser
    {
        let driver = Process()
        driver.executableURL = URL(fileURLWithPath: "/usr/bin/chromedriver")
        driver.arguments = ["--port=0"]
        let output = Pipe()
        driver.standardOutput = output
        driver.standardError = FileHandle.nullDevice
        try driver.run()
        // It says where it listens.
        var said = ""
        while !said.contains("started successfully on port") {
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw Failure(description: "chromedriver: \(said)") }
            said += String(decoding: more, as: UTF8.self)
        }
        guard let port = said.split(separator: "on port ").last.flatMap({ Int($0.prefix { $0.isNumber }) }) else {
            throw Failure(description: "chromedriver: \(said)")
        }
        // What else it says is not waited for.
        Thread.detachNewThread { while !output.fileHandleForReading.availableData.isEmpty {} }
        let base = URL(string: "http://127.0.0.1:\(port)/session")!
        var options: [String: Any] = [
            "args": arguments + ["--window-size=\(width),\(height)", "--user-data-dir=\(folder)/browser"]
                + (isDark ? ["--blink-settings=preferredColorScheme=0"] : []),
            "binary": "/usr/bin/chromium",
        ]
        // Windows are never as narrow as a phone.
        if width < 500 {
            options["mobileEmulation"] = ["deviceMetrics": ["width": width, "height": height, "pixelRatio": 2]]
        }
        let capabilities: [String: Any] = [
            "capabilities": ["alwaysMatch": ["goog:chromeOptions": options, "goog:loggingPrefs": ["browser": "ALL"]]]
        ]
        do {
            let made = try await call("POST", base, capabilities) as? [String: Any]
            guard let id = made?["sessionId"] as? String else {
                throw Failure(description: "no session: \(made ?? [:])")
            }
            return Browser(driver, base.appendingPathComponent(id))
        } catch {
            driver.terminate()
            throw error
        }
    }

    private init(_ driver: Process, _ session: URL) {
        self.driver = driver
        self.session = session
    }

    func quit() async {
        _ = try? await Self.call("DELETE", session, nil)
        driver.terminate()
    }

    /// Foundation does not understand the headers that chromedriver writes, so this speaks to it by itself.
    private static func call(_ method: String, _ url: URL, _ body: [String: Any]?) async throws -> Any? {
        let json = method == "POST" ? try JSONSerialization.data(withJSONObject: body ?? [:]) : Data()
        let request = """
            \(method) \(url.path) HTTP/1.1\r\nHost: 127.0.0.1:\(url.port ?? 0)\r\nConnection: close\r\n\
            Content-Type: application/json\r\nContent-Length: \(json.count)\r\n\r\n
            """
        let data = try await exchange(Data(request.utf8) + json, port: UInt16(url.port ?? 0))
        guard let end = data.firstRange(of: Data("\r\n\r\n".utf8)) else {
            throw Failure(description: "no answer to \(url)")
        }
        let answer = try JSONSerialization.jsonObject(with: data[end.upperBound...]) as? [String: Any]
        guard data.starts(with: Data("HTTP/1.1 200".utf8)) else {
            let value = answer?["value"] as? [String: Any]
            throw Failure(description: "\(value?["message"] ?? String(decoding: data, as: UTF8.self))")
        }
        return answer?["value"]
    }

    /// Whether an answer has all the bytes that its header promises.
    private static func isWhole(_ answer: Data) -> Bool {
        guard let end = answer.firstRange(of: Data("\r\n\r\n".utf8)) else { return false }
        let header = String(decoding: answer[..<end.lowerBound], as: UTF8.self).lowercased()
        guard let field = header.firstRange(of: "content-length:") else { return true }
        let length = header[field.upperBound...].trimmingPrefix { $0 == " " }.prefix { $0.isNumber }
        return answer.count >= end.upperBound + (Int(length) ?? 0)
    }

    /// Sends a request and reads the answer.
    @concurrent private static func exchange(_ request: Data, port: UInt16) async throws -> Data {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { throw Failure(description: String(cString: strerror(errno))) }
        defer { close(socket) }
        var patience = timeval(tv_sec: 120, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw Failure(description: "chromedriver: \(String(cString: strerror(errno)))") }
        var sent = 0
        while sent < request.count {
            let count = request.withUnsafeBytes { write(socket, $0.baseAddress! + sent, request.count - sent) }
            guard count > 0 else { throw Failure(description: "chromedriver: \(String(cString: strerror(errno)))") }
            sent += count
        }
        // Not until the connection is closed: the browser has it, too, as a child of who was asked.
        var answer = Data()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while !isWhole(answer) {
            let count = read(socket, &buffer, buffer.count)
            guard count > 0 else {
                throw Failure(description: "chromedriver: \(count == 0 ? "closed" : String(cString: strerror(errno)))")
            }
            answer += buffer[..<count]
        }
        return answer
    }

    func open(_ url: String) async throws {
        _ = try await Self.call("POST", session.appendingPathComponent("url"), ["url": url])
    }

    /// Runs a script and returns what it returns.
    @discardableResult
    func run(_ script: String, _ arguments: [Any] = []) async throws -> Any? {
        try await Self.call(
            "POST", session.appendingPathComponent("execute/sync"), ["script": script, "args": arguments])
    }

    /// Runs a script that calls its last argument when it is done.
    func runToEnd(_ script: String, _ arguments: [Any] = []) async throws -> Any? {
        try await Self.call(
            "POST", session.appendingPathComponent("execute/async"), ["script": script, "args": arguments])
    }

    /// Waits until an expression is true.
    func wait(until expression: String, seconds: Double = 60) async throws {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while true {
            if try await run("return !!(\(expression))") as? Bool == true { return }
            guard ContinuousClock.now < deadline else {
                let page = try await run("return document.body.innerText") as? String
                throw Failure(description: "this did not come: \(expression)\non the page:\n\(page ?? "")")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    func text(_ expression: String) async throws -> String {
        try await run("return String(\(expression))") as? String ?? ""
    }

    /// Clicks as a user does: it must be in view and not covered.
    func click(_ selector: String) async throws { try await element(selector, "click", [:]) }

    /// Types into a field, or names a file for one that takes files.
    func type(_ text: String, into selector: String) async throws {
        try await element(selector, "value", ["text": text])
    }

    private func element(_ selector: String, _ action: String, _ body: [String: Any]) async throws {
        let found =
            try await Self.call(
                "POST", session.appendingPathComponent("element"), ["using": "css selector", "value": selector])
            as? [String: String]
        guard let id = found?.values.first else { throw Failure(description: "there is no \(selector)") }
        _ = try await Self.call("POST", session.appendingPathComponent("element/\(id)/\(action)"), body)
    }

    /// Presses a key, such as `\u{E007}` for Enter, where the focus is.
    func press(_ key: String) async throws {
        let actions: [[String: Any]] = [
            [
                "type": "key", "id": "keyboard",
                "actions": [["type": "keyDown", "value": key], ["type": "keyUp", "value": key]],
            ]
        ]
        _ = try await Self.call("POST", session.appendingPathComponent("actions"), ["actions": actions])
    }

    /// What scripts and the network complained of since the last call.
    func complaints() async throws -> [String] {
        let entries =
            try await Self.call("POST", session.appendingPathComponent("se/log"), ["type": "browser"])
            as? [[String: Any]] ?? []
        let messages = entries.filter { ["SEVERE", "WARNING"].contains($0["level"] as? String) }.map {
            "\($0["message"] ?? "")"
        }
        // Of tests that look at pixels, not of the page.
        return messages.filter { !$0.contains("willReadFrequently") }
    }

    /// Keeps a picture of the page where `LAPWING_SCREENSHOTS` says; nowhere, if it says nothing.
    func picture(_ name: String) async throws {
        guard let folder = ProcessInfo.processInfo.environment["LAPWING_SCREENSHOTS"] else { return }
        let text = try await Self.call("GET", session.appendingPathComponent("screenshot"), nil) as? String
        try text.flatMap { Data(base64Encoded: $0) }?.write(to: URL(fileURLWithPath: "\(folder)/\(name).png"))
    }
}
