import DANE
import DNSSEC
import Inspection
import Support

/// The chain of trust as a picture: zone to zone, the MX records, and for each host its addresses, TLSA records and
/// certificate; the link that is broken is marked. The same is a list, for those who do not see the picture.
///
/// All numbers are computed here, and all texts are plain: the template makes the picture.
struct Picture: Codable, Sendable {
    /// A box: a zone, records, a host, a certificate.
    struct Box: Codable, Sendable {
        let y: Int
        let nameY: Int
        let moreY: Int
        let name: String
        let more: String
        let tone: ResultView.Tone
    }

    /// A link between two boxes.
    struct Link: Codable, Sendable {
        /// The corners of its line.
        let points: String
        let labelX: Int
        let labelY: Int
        let label: String
        let tone: ResultView.Tone
        let mark: String
        let markX: Int
        let markY: Int
        /// Whether it is the step that failed.
        let isBroken: Bool
        /// The kind of the step in JSON, and what it is about.
        let step: String
        let subject: String
    }

    /// The same in words.
    struct Item: Codable, Sendable {
        let words: String
        let tone: ResultView.Tone
        let mark: String
        let word: String
        let isBroken: Bool
    }

    /// The width of everything, for a telephone of 360 pixels.
    static let width = 336
    /// The most hosts.
    static let most = 4

    let height: Int
    let boxes: [Box]
    let links: [Link]
    let items: [Item]
    let about: String
    let left: String?

    /// The picture of an inspection.
    ///
    /// - Parameters:
    ///   - zones: The names from the root to the domain and to its hosts.
    ///   - failed: The step that decided against the domain.
    ///   - isDoubt: Whether nothing is proven against it.
    init(_ inspection: Inspection, zones: [String: [ZoneLink]], failed: InspectionStep?, isDoubt: Bool) {
        var drawing = Drawing(failed: failed, isDoubt: isDoubt)
        drawing.draw(inspection, zones: zones)
        height = drawing.y - Drawing.gap + 4
        (boxes, links, items) = (drawing.boxes, drawing.links, drawing.items)
        let more = inspection.hosts.count - Self.most
        left = more > 0 ? "\(CountText.of(more, "more host")) in the list of hosts" : nil
        let broken = drawing.items.first(where: \.isBroken)
        about =
            broken.map {
                ($0.tone == .doubt ? "It is not known how the chain goes on: " : "The chain is broken here: ")
                    + $0.words
            }
            ?? (drawing.items.contains { $0.tone == .doubt }
                ? "No link of the chain is seen to be broken, but not all of them could be looked at."
                : "No link of the chain is broken.")
    }
}

/// Draws a picture from top to bottom.
struct Drawing {
    private static let (left, rail, boxHeight) = (24, 11, 40)
    static let gap = 40
    private static let middle = Picture.width / 2

    private let failed: InspectionStep?
    private let isDoubt: Bool
    private(set) var y = 4
    private(set) var boxes: [Picture.Box] = []
    private(set) var links: [Picture.Link] = []
    private(set) var items: [Picture.Item] = []
    private var hasBroken = false
    /// The middle of the left side of the box of the MX records.
    private var trunk: Int?

    init(failed: InspectionStep?, isDoubt: Bool) {
        self.failed = failed
        self.isDoubt = isDoubt
    }

    mutating func draw(_ inspection: Inspection, zones: [String: [ZoneLink]]) {
        box("the root", "where trust begins", .good)
        let domain = inspection.destination.name.description
        let isHop = inspection.destination.isHost
        let first = isHop ? inspection.hosts.first?.finding.name ?? domain : domain
        draw(zones[first] ?? zones[domain] ?? [])
        if !isHop { draw(mx: inspection, domain) }
        let end = y
        trunk = isHop ? nil : end - Self.gap - Self.boxHeight / 2
        for (index, host) in inspection.hosts.prefix(Picture.most).enumerated() {
            draw(host, isFirst: index == 0, zones: zones[host.finding.name] ?? [], isNamed: !isHop)
        }
    }

    /// The zones on the way to a name.
    private mutating func draw(_ zones: [ZoneLink]) {
        for zone in zones {
            switch zone.state {
            case .signed:
                link("DS record", .good, "\(zone.name) is signed: its parent has a DS record for it")
                box(zone.name, "a signed zone", .good)
            case .unsigned:
                link("no DS record", .plain, "\(zone.name) is not signed: its parent proves that it has no DS record")
                box(zone.name, "not signed", .plain)
            case .bogus(let why):
                link("DS record", .bad, "the DS record of \(zone.name) is bogus: \(why)")
                box(zone.name, "not to be trusted", .bad)
            case .unknown(let why):
                link("DS record", .doubt, "the DS record of \(zone.name) could not be found out: \(why)")
                box(zone.name, "not known", .doubt)
            case .inside: break
            }
        }
    }

    private mutating func draw(mx inspection: Inspection, _ domain: String) {
        let state = inspection.mxSecurity
        let tone: ResultView.Tone =
            switch state {
            case .secure: .good
            case .insecure, nil: .plain
            case .bogus: .bad
            case .failed: .doubt
            }
        let detail = inspection.steps.first { $0.kind == .mx }?.detail ?? "not looked up"
        let isBroken = failed.map { [.mx, .resolver, .again].contains($0.kind) && $0.subject == domain } ?? false
        let failing = isBroken ? (isDoubt ? ResultView.Tone.doubt : .bad) : tone
        link(
            "MX lookup", failing, "the MX records of \(domain): \(detail)", step: isBroken ? failed?.kind : .mx,
            subject: domain)
        box("MX records of \(domain)", state.map { Self.words($0) } ?? "not looked up", failing)
    }

    private static func words(_ security: Inspection.Security) -> String {
        switch security {
        case .secure: "signed and valid"
        case .insecure: "not signed"
        case .bogus: "bogus: not to be used"
        case .failed: "no answer"
        }
    }

    private mutating func draw(_ host: InspectedHost, isFirst: Bool, zones: [ZoneLink], isNamed: Bool) {
        let name = host.finding.name
        let own = host.steps.first { $0.kind == .address }
        let tone = tone(of: own, host)
        let zone = zones.last { $0.state == .signed }?.name
        let isUnsigned = zones.contains { $0.state == .unsigned }
        let place = isUnsigned ? "in an unsigned zone" : zone.map { "in the signed zone \($0)" } ?? "a host"
        let label = isNamed ? "preference \(host.finding.preference)" : "next hop"
        link(
            label, tone, "\(name): \(own?.detail ?? host.finding.cause)", step: own?.kind ?? .address, subject: name,
            isSide: !isFirst)
        box(name, place, tone)
        guard let tlsa = host.steps.last(where: { $0.kind == .tlsa && $0.result != .warning }) else { return }
        let isNone = host.records.isEmpty && tlsa.result == .ok
        let look: ResultView.Tone = isNone ? .plain : self.tone(of: tlsa, host)
        link("TLSA lookup", look, "the TLSA records of \(name): \(tlsa.detail)", step: .tlsa, subject: name)
        box(
            isNone ? "no TLSA records" : CountText.of(max(host.records.count, 0), "TLSA record"),
            isNone ? "DANE does not apply" : tlsa.result == .failed ? "not to be used" : "signed and valid", look)
        guard !host.records.isEmpty else { return }
        let steps = host.steps.filter { $0.kind == .certificate || $0.kind == .probe }
        let deciding =
            failed.flatMap { failed in steps.first { $0.isSame(as: failed) } } ?? steps.first { $0.result == .failed }
            ?? steps.first
        let end = Self.end(host)
        let isOpen = host.finding.outcome == .unprobed || host.finding.outcome.isDoubt
        link(
            end.link, isOpen ? .doubt : deciding.map { self.tone(of: $0, host) } ?? end.tone,
            "\(name): \(deciding?.detail ?? host.finding.cause)", step: deciding?.kind ?? .certificate, subject: name)
        box(
            end.name, host.finding.outcome.rawValue,
            HostView.tone(host.finding.outcome, isDegraded: host.finding.isDegraded))
    }

    /// What stands at the end of a host's chain.
    private static func end(_ host: InspectedHost) -> (link: String, name: String, tone: ResultView.Tone) {
        let ends = host.addresses.map(\.report.end)
        let isShown = ends.contains { if case .secured = $0 { true } else { false } }
        let tone = HostView.tone(host.finding.outcome, isDegraded: host.finding.isDegraded)
        if isShown, host.finding.outcome != .unprobed {
            return ("SMTP, TLS, comparison", "the certificate that it shows", tone)
        }
        let isMade = host.addresses.contains { !$0.connections.allSatisfy(\.isLeftAlone) }
        return ("SMTP, TLS", isMade ? "no certificate was seen" : "no connection was made", tone)
    }

    private func tone(of step: InspectionStep?, _ host: InspectedHost) -> ResultView.Tone {
        switch step?.result {
        case .ok: .good
        case .warning: .note
        case .failed: host.finding.outcome.isDoubt ? .doubt : .bad
        case nil: .plain
        }
    }

    private mutating func box(_ name: String, _ more: String, _ tone: ResultView.Tone) {
        boxes.append(
            Picture.Box(
                y: y, nameY: y + 17, moreY: y + 32, name: PageText.short(name), more: PageText.short(more, columns: 44),
                tone: tone))
        y += Self.boxHeight + Self.gap
    }

    /// A link from the box before to the next one; at the side, from the MX records.
    private mutating func link(
        _ label: String, _ tone: ResultView.Tone, _ words: String, step: InspectionStep.Kind? = nil,
        subject: String = "", isSide: Bool = false
    ) {
        let isBroken = !hasBroken && step != nil && step == failed?.kind && subject == failed?.subject
        if isBroken { hasBroken = true }
        let top = y - Self.gap
        let points: String
        if isSide, let trunk {
            let (side, rail, end) = (Self.left, Self.rail, y + Self.boxHeight / 2)
            points = "\(side),\(trunk) \(rail),\(trunk) \(rail),\(end) \(side),\(end)"
        } else {
            points = "\(Self.middle),\(top) \(Self.middle),\(y)"
        }
        let half = top + Self.gap / 2
        links.append(
            Picture.Link(
                points: points, labelX: isSide ? Self.left + 4 : Self.middle + 16, labelY: half + 4, label: label,
                tone: tone,
                mark: tone.mark, markX: isSide ? Self.rail : Self.middle, markY: isSide ? y + Self.boxHeight / 2 : half,
                isBroken: isBroken,
                step: step?.rawValue ?? "", subject: PageText.of(subject)))
        items.append(
            Picture.Item(
                words: PageText.of(words, limit: 600), tone: tone, mark: tone.mark,
                // Nobody has seen that it is broken where it is not known.
                word: isBroken && tone != .doubt ? "broken" : tone.word,
                isBroken: isBroken))
    }
}

extension InspectionStep {
    /// Whether it is the same step as another one.
    fileprivate func isSame(as other: InspectionStep) -> Bool {
        kind == other.kind && subject == other.subject && detail == other.detail
    }
}
