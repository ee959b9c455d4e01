import Foundation
import Testing

@testable import Policy
@testable import Reports
@Suite struct ScratchTests {
    @Test func show() throws {
        guard let path = ProcessInfo.processInfo.environment["SCRATCH"] else { return }
        for line in try String(contentsOfFile: path, encoding: .isoLatin1).split(
            separator: "\n", omittingEmptySubsequences: false)
        {
            let r = try SurveyReading([Array(line.replacing("\\n", with: "\n").utf8)], Settings())
            print(
                "LINE \(line.prefix(150))\n   -> \(r.destinations) \(r.relays) \(r.leftOut) others=\(r.others) "
                    + "junk=\(r.input.junk.map(\.reason))"
            )
        }
    }
}
