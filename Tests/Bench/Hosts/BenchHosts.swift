import DANE
import Foundation
import WorldHosts

/// The SMTP hosts of the benchmark: a farm on one port. Each line of standard output describes one host.
///
/// The arguments are the port, and then the number of hosts per kind, `KIND=COUNT`. A line is `KIND ADDRESS NAME TLSA`,
/// and the last line is `ready`. It serves until it is ended.
@main
struct BenchHosts {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let port = arguments.first.flatMap(UInt16.init) else {
            say("usage: BenchHosts PORT KIND=COUNT…")
            exit(64)
        }
        let farm = try await SMTPHosts(port: port)
        let authority = try await CertificateAuthority.root().intermediate()
        var number = 0
        for argument in arguments.dropFirst() {
            let parts = argument.split(separator: "=").map(String.init)
            guard parts.count == 2, let count = Int(parts[1]) else { continue }
            for _ in 0..<count {
                let name = "mx\(number).hosts.example"
                let chain = try await authority.issue(name)
                // Every fifth: by its issuer's key, which is a chain to verify and names to compare.
                let record =
                    number % 5 == 4 ? chain.tlsa(usage: 2, selector: 1, matching: 1, depth: 1) : chain.tlsa()
                let address: IPAddress
                switch parts[0] {
                case "plain": address = try await farm.add(.noSTARTTLS)
                case "mute": address = try farm.addMute()
                default: address = try await farm.add(.normal(chain, sending: [0, 1]))
                }
                // The record of the previous key, as after a renewal that nobody told the DNS of.
                let published = parts[0] == "mismatch" ? "3 1 1 \(String(repeating: "5a", count: 32))" : record
                say("\(parts[0]) \(address) \(name) \(published)")
                number += 1
            }
        }
        say("ready")
        while true { try await Task.sleep(for: .seconds(3600)) }
    }

    private static func say(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }
}
