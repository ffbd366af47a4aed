/// One line of the table: a quantity, and what it is compared with.
struct Row: Encodable {
    /// How many times as much as something else, from medians of the same run.
    struct Ratio: Encodable {
        var value: Double
        /// What it is a ratio to.
        var to: String
        /// That quantity's own values, where no other row has them.
        var base: Samples?

        /// - Parameters:
        ///   - base: measured by turns with `samples`.
        ///   - showsBase: whether the base has no row of its own.
        init(_ samples: Samples, to base: Samples, called name: String, showsBase: Bool = false) {
            value = samples.median / base.median
            to = name
            self.base = showsBase ? base : nil
        }
    }

    var stage: Stage
    var what: String
    var unit: String
    var samples: Samples
    var ratio: Ratio?

    init(_ stage: Stage, _ what: String, _ unit: String, _ samples: Samples, ratio: Ratio? = nil) {
        self.stage = stage
        self.what = what
        self.unit = unit
        self.samples = samples
        self.ratio = ratio
    }
}
