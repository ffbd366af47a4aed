internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import Media
internal import NIOCore
internal import Pipeline
internal import Serving

/// Videos that come in here: uploads, and files that are named.
extension DashboardAPI {
    struct JobJSON: Encodable {
        var number: Int
        var name: String
        var videoId: String
        var state: String
        var bytesRead: Int64
        var byteCount: Int64?
        var note: String?

        init(_ job: Submissions.Job) {
            number = job.number
            name = job.name
            videoId = job.videoID.rawValue
            state = job.state
            bytesRead = job.bytesRead
            byteCount = job.byteCount
            note = job.note
        }
    }

    private struct Named: Decodable {
        var path: String
    }

    func addSubmissions(to api: RouterGroup<ServingContext>) {
        api.get("submissions") { _, _ in try JSONResponse(await submissions.recent.map(JobJSON.init)) }
        // A file of this machine.
        api.post("submissions") { request, _ in
            try requireWritable()
            let body = try await request.body.collect(upTo: 1 << 16)
            guard let named = try? JSONDecoder().decode(Named.self, from: Data(body.readableBytesView)) else {
                throw Problem(.badRequest, "bad_request", "send {\"path\":\"FILE\"}")
            }
            guard let file = await library.file(atPath: named.path) else {
                throw Problem(
                    .notFound, "no_such_file",
                    "\(named.path): there is no such file in the folders given with --media; name one of them, or upload it"
                )
            }
            return try JSONResponse(JobJSON(try await add(file)), status: .accepted)
        }
        // A file of the client's, as the body.
        api.post("videos") { request, _ in
            try requireWritable()
            guard let folder = library.uploads else {
                throw Problem(
                    .forbidden, "no_uploads", "this dashboard takes no uploads: start it with --uploads FOLDER")
            }
            let name = try uploadName(request)
            if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > configuration.maxUploadBytes
            {
                throw tooLarge()
            }
            let incoming = folder.appendingPathComponent(".incoming-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: incoming) }
            let file = incoming.appendingPathComponent(name)
            try await receive(request, into: file)
            let id = try await id(of: file)
            // The same file again: what is there stays.
            let home = folder.appendingPathComponent(id.rawValue)
            if !FileManager.default.fileExists(atPath: home.path) {
                try FileManager.default.moveItem(at: incoming, to: home)
            }
            return try JSONResponse(
                JobJSON(try await add(home.appendingPathComponent(name))), status: .accepted)
        }
    }

    private func uploadName(_ request: Request) throws -> String {
        let name = request.uri.queryParameters.get("name") ?? ""
        guard !name.isEmpty, name.utf8.count <= 200, !name.hasPrefix("."), !name.contains("/"),
            name.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f })
        else {
            throw Problem(.badRequest, "bad_name", "give the file's name, without folders: /api/videos?name=street.mp4")
        }
        return name
    }

    private func tooLarge() -> Problem {
        Problem(
            .contentTooLarge, "too_large",
            "uploads may have \(configuration.maxUploadBytes) bytes at most (--max-upload); "
                + "put the file into a --media folder and name it instead")
    }

    /// Writes a request's body to a file, as it comes.
    private func receive(_ request: Request, into file: URL) async throws {
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        guard FileManager.default.createFile(atPath: file.path, contents: nil, attributes: [.posixPermissions: 0o600]),
            let handle = FileHandle(forWritingAtPath: file.path)
        else {
            throw Problem(
                .internalServerError, "no_room", "the folder for uploads cannot be written to; see --uploads")
        }
        defer { try? handle.close() }
        var count = 0
        for try await buffer in request.body {
            count += buffer.readableBytes
            guard count <= configuration.maxUploadBytes else { throw tooLarge() }
            do {
                try handle.write(contentsOf: Data(buffer.readableBytesView))
            } catch {
                throw Problem(
                    HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage"), "no_room",
                    "the upload cannot be stored: the disk of the folder for uploads is full, or cannot be written to")
            }
        }
        guard count > 0 else { throw Problem(.badRequest, "empty", "\(file.lastPathComponent): the file is empty") }
    }

    @concurrent private func id(of file: URL) async throws -> VideoID {
        do {
            _ = try Demuxer(path: file.path)
            return try VideoID.forFile(atPath: file.path)
        } catch let error as MediaError {
            throw unusable(file, error)
        }
    }

    private func add(_ file: URL) async throws -> Submissions.Job {
        do {
            return try await submissions.add(path: file.path)
        } catch let error as MediaError {
            throw unusable(file, error)
        }
    }

    private func unusable(_ file: URL, _ error: MediaError) -> Problem {
        // The folder is nobody's business.
        let reason = error.detail.replacing(file.deletingLastPathComponent().path + "/", with: "")
        return Problem(.unprocessableContent, "not_a_video", reason)
    }
}
