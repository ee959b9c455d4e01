import Foundation
import Records
import Support

extension ImpactReport {
    /// The most entries of a list that are read, and the most bytes of a text.
    private static let limits = (outcomes: 100, top: 10_000, bytes: 600)

    /// The report that another host of the site has printed (`danegate report --json`), of this version or another.
    ///
    /// - Returns: nil if it is no report.
    init?(_ object: ForeignObject) {
        guard let since = object.time("since"), let until = object.time("until"),
            let recipients = object.number("recipients"), let destinations = object.number("destinations")
        else { return nil }
        self.init(since: since, until: until)
        self.recipients = recipients
        self.destinations = Int(destinations)
        destinationsAreExact = object.flag("exact")
        passed = object.number("passed") ?? 0
        exempt = object.number("exempt") ?? 0
        cached = object.number("cached") ?? 0
        let keys = [("accept", "accepted"), ("tempfail", "deferred"), ("reject", "rejected")]
        for (ruling, key) in keys { rulings[ruling] = object.number(key) ?? 0 }
        for (ruling, key) in [("tempfail", "would_defer"), ("reject", "would_reject")] {
            if let count = object.number(key), count > 0 { would[ruling] = count }
        }
        if let broken = object.child("broken") {
            brokenRecipients = broken.number("recipients") ?? 0
            brokenDestinations = Int(broken.number("destinations") ?? 0)
        }
        for share in object.objects("outcomes", atMost: Self.limits.outcomes) {
            guard let outcome = share.text("outcome"), let count = share.number("recipients") else { continue }
            outcomes.append(
                Share(
                    outcome: BoundedText.of(outcome, 60), recipients: count,
                    destinations: share.number("destinations").map { Int($0) }, isExact: share.flag("exact")))
        }
        for broken in object.objects("top", atMost: Self.limits.top) {
            guard let destination = broken.text("destination"), let outcome = broken.text("outcome"),
                let count = broken.number("recipients"), let first = broken.time("first_seen"),
                let last = broken.time("last_seen")
            else { continue }
            func short(_ text: String) -> String { BoundedText.of(text, Self.limits.bytes) }
            top.append(
                Broken(
                    destination: short(destination), outcome: BoundedText.of(outcome, 60),
                    cause: short(broken.text("cause") ?? ""), host: broken.text("host").map(short), recipients: count,
                    firstSeen: first, lastSeen: last))
        }
        for (kind, value) in (object.values["sets"] as? [String: Any] ?? [:]).prefix(Self.limits.outcomes) {
            guard let text = value as? String, kind.utf8.count <= 60, let data = Data(base64Encoded: text),
                let set = SketchSet(bytes: Array(data))
            else { continue }
            sets[kind] = set
        }
    }
}
