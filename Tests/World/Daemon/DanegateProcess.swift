import Foundation

/// A real danegate, as a child process: the program that was built beside the tests.
public enum Danegate {
    /// The program's path.
    public static var path: String {
        // The tests are run from a bundle in the folder that programs are built into.
        let folder = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
            .deletingLastPathComponent()
        let arguments = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let places = [folder, arguments].compactMap { $0?.appendingPathComponent("danegate").path }
        return places.first { access($0, X_OK) == 0 } ?? "danegate"
    }

    /// What tells the tests something is no setting of danegate's, which would refuse to start with it.
    private static let notSettings: [String: String?] = [
        "DANEGATE_TEST_SEED": nil, "DANEGATE_TEST_CASES": nil, "DANEGATE_SOAK_SECONDS": nil,
    ]

    /// Runs a command to its end.
    ///
    /// - Returns: The exit status and all that was printed.
    public static func run(
        _ arguments: [String], environment: [String: String?] = [:], within limit: Duration = .seconds(120)
    ) async throws -> (status: Int32, output: String) {
        try await ChildProcess.run(
            path, arguments, environment: environment.merging(notSettings) { $1 }, within: limit)
    }

    /// Starts the daemon and waits until it serves a milter socket.
    ///
    /// - Parameters:
    ///   - arguments: The command, and its options.
    ///   - environment: The settings; the socket among them.
    ///   - wrapper: A program and its arguments, which runs it.
    ///   - inherited: Descriptors of listening sockets that it gets as systemd would hand them over.
    /// - Throws: If it ends instead; the error holds what it printed.
    public static func start(
        _ arguments: [String] = ["run"], environment: [String: String?], wrapper: [String] = [],
        inherited: [Int32] = []
    ) async throws -> ChildProcess {
        let words = wrapper + [path] + arguments
        let child = try await ChildProcess(
            words[0], Array(words.dropFirst()), environment: environment.merging(notSettings) { $1 },
            inherited: inherited)
        guard await child.waitForOutput(where: { $0.contains("event=start ") }) else {
            throw WorldError("danegate did not start: \(child.output)")
        }
        return child
    }
}
