import ArgumentParser

/// What can be measured.
enum Phase: String, CaseIterable, ExpressibleByArgument {
    case warm, broken, cold, probes, dead, mixed, growth, start, instructions, peers, doors, page, fleet

    /// All of them, for the help.
    static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

    /// Measures it.
    func run(_ scene: Bench.Scene) async throws {
        switch self {
        case .warm: try await scene.warm()
        case .broken: try await scene.broken()
        case .cold: try await scene.cold()
        case .probes: try await scene.probes()
        case .dead: try await scene.dead()
        case .mixed: try await scene.mixed()
        case .growth: try await scene.growth()
        case .start: try await scene.start()
        case .instructions: try await scene.instructions()
        case .peers: try await scene.peers()
        case .doors: try await scene.doors()
        case .page: try await scene.page()
        case .fleet: try await scene.fleet()
        }
    }
}
