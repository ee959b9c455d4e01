import Foundation

@testable import Certificates

extension FuzzTarget {
    /// PEM.
    static let certificateBundles = FuzzTarget("certificate-bundles") { bytes in
        let read = Result { () throws(PEMError) in try PEM.certificates(in: bytes) }
        switch read {
        case .success(let certificates):
            try require((1...PEM.maximumCount).contains(certificates.count), "\(certificates.count) certificates")
            try require(certificates.allSatisfy { !$0.isEmpty }, "a certificate without bytes")
            let lines = certificates.flatMap { certificate in
                ["-----BEGIN CERTIFICATE-----", Data(certificate).base64EncodedString(), "-----END CERTIFICATE-----"]
            }
            for ending in ["\n", "\r\n"] {
                let again = try? PEM.certificates(in: Array((lines.joined(separator: ending) + ending).utf8))
                // Written anew it may be longer than a bundle may be.
                try require(again == certificates || bytes.count > 1 << 18, "the same certificates read otherwise")
            }
        case .failure(let failure): try requireLine(failure.description, atMost: 200, "a failure")
        }
    }
}
