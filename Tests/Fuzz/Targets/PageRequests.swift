import DANE
import HTTPTypes
import HummingbirdCore
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import Support

@testable import Policy
@testable import Records
@testable import Web

extension FuzzTarget {
    /// The bytes of a connection to the page: heads and bodies, as its decoder, its bounds and its checks take them.
    static let pageRequests = FuzzTarget("page-requests") { bytes in
        let answers = try ConnectionTrial(bytes).answers
        for answer in answers {
            guard let end = answer.firstRange(of: "\r\n\r\n") else {
                throw Broken(description: "an answer without an end of its head: \(answer.prefix(200))")
            }
            let lines = answer[..<end.lowerBound].split(separator: "\r\n")
            let status = lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            try require([200, 303, 400, 401, 403, 404, 405, 413, 415, 421, 422].contains(status), "\(lines[0])")
            var names: Set<String> = []
            for line in lines.dropFirst() {
                try requireLine(String(line), atMost: 1000, "a field of an answer")
                let name = line.prefix { $0 != ":" }.lowercased()
                // Whatever a client has written, no field of its own comes back.
                try require(ConnectionTrial.fields.contains(name), "the field \(name)")
                names.insert(name)
            }
            for (name, _) in PageFields.guarding {
                try require(names.contains(name.canonicalName), "an answer without \(name)")
            }
            let body = answer[end.upperBound...]
            try require(body.firstRange(of: "<script>") == nil, "a script of somebody else's")
            try require(body.ranges(of: "<script ").count <= 1, "more than our own script")
            try require(body.firstRange(of: "<img") == nil, "a picture of somebody else's")
        }
    }
}
