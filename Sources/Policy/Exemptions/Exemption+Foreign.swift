package import Support

extension Exemption {
    /// The exemption that another host of the site has printed (`danegate exempt list --json`), of this version or
    /// another.
    ///
    /// - Returns: nil if it is no exemption.
    package init?(_ object: ForeignObject) {
        guard let pattern = object.text("domain").flatMap({ DomainPattern($0) }), let until = object.time("until"),
            let added = object.time("added")
        else { return nil }
        func short(_ key: String) -> String? { object.text(key).map { BoundedText.of($0, 500) } }
        self.init(
            pattern, until: until / 1000, reason: short("reason") ?? "", keeps: object.flag("keep"),
            by: short("by") ?? "-", added: added)
        cleanFor = (object.number("clean_seconds") ?? 0) * 1000
        seen = short("seen")
        ended = object.time("ended").map { $0 / 1000 }
        end = object.text("how").flatMap(End.init)
        endedBy = short("ended_by")
    }
}
