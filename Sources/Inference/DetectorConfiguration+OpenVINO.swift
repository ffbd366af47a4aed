extension DetectorConfiguration {
    /// Refuses what is out of range whatever the model.
    func validate() throws(InferenceError) {
        func require(_ condition: Bool, _ detail: @autoclosure () -> String) throws(InferenceError) {
            guard condition else {
                throw InferenceError(.configuration, operation: "check configuration", detail: detail())
            }
        }
        try require(confidence >= 0 && confidence < 1, "confidence must be at least 0 and below 1, not \(confidence)")
        try require(iou >= 0 && iou <= 1, "iou must be from 0 to 1, not \(iou)")
        try require(maxDetections > 0, "the most detections must be at least 1, not \(maxDetections)")
        try require((1...64).contains(batchSize ?? 1), "a batch must be of 1 to 64 pictures, not of \(batchSize ?? 0)")
        try require((1...256).contains(requests ?? 1), "requests must be from 1 to 256, not \(requests ?? 0)")
        try require((1...1024).contains(threads ?? 1), "threads must be from 1 to 1024, not \(threads ?? 0)")
    }

    /// The device as OpenVINO calls it, if it is one of `available` or leaves the choice to OpenVINO.
    func resolveDevice(_ available: [String]) throws(InferenceError) -> String {
        let device = device.uppercased()
        let kind = device.prefix { $0 != ":" && $0 != "." }
        let isThere = available.contains { $0 == device || $0.prefix { $0 != "." } == device }
        guard kind == "AUTO" || isThere else {
            throw InferenceError(
                .device, operation: "ov_core_get_available_devices",
                detail: """
                    there is no device \(self.device) here, only \(available.joined(separator: ", ")); use one of those or \
                    AUTO, or install the device's driver
                    """)
        }
        return device
    }

    /// The classes to keep, by ID; nil for all.
    func wantedClasses(among names: [String], file: String) throws(InferenceError) -> Set<Int>? {
        guard let classes else { return nil }
        guard !classes.isEmpty else {
            throw InferenceError(
                .configuration, operation: "choose classes", detail: "no class is to be kept; name one, or leave it out"
            )
        }
        var wanted: Set<Int> = []
        for name in classes {
            let ids = names.indices.filter { names[$0] == name }
            guard !ids.isEmpty else {
                let near = names.filter { editDistance($0.lowercased(), name.lowercased()) <= max(1, name.count / 3) }
                let hint = near.isEmpty ? "" : "did you mean \(near.map { "\"\($0)\"" }.joined(separator: " or "))? "
                let list = names.prefix(100).joined(separator: ", ") + (names.count > 100 ? ", …" : "")
                throw InferenceError(
                    .configuration, operation: "choose classes",
                    detail: "\(file) knows no class \"\(name)\"; \(hint)Its classes: \(list)")
            }
            wanted.formUnion(ids)
        }
        return wanted
    }

    /// What OpenVINO is told when it compiles the model.
    var openVINOProperties: [(key: String, value: String)] {
        var properties = [(key: "PERFORMANCE_HINT", value: "THROUGHPUT")]
        if let requests { properties.append(("PERFORMANCE_HINT_NUM_REQUESTS", String(requests))) }
        if let threads { properties.append(("INFERENCE_NUM_THREADS", String(threads))) }
        if precision == .f32 { properties.append(("INFERENCE_PRECISION_HINT", "f32")) }
        if let cacheDirectory { properties.append(("CACHE_DIR", cacheDirectory)) }
        return properties
    }
}

/// Levenshtein's distance: how many characters to insert, delete or replace.
private func editDistance(_ one: String, _ other: String) -> Int {
    let target = Array(other)
    var row = Array(0...target.count)
    for (i, character) in one.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, wanted) in target.enumerated() {
            let replaced = diagonal + (character == wanted ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
        }
    }
    return row[target.count]
}
