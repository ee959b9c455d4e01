import DANE
import Probe

extension Inspection {
    /// About how many bytes of memory it takes: the chains that hosts showed, and the texts.
    package var byteCount: Int {
        hosts.reduce(1024 + steps.byteCount) { sum, host in
            let addresses = host.addresses.reduce(0) { sum, address in
                address.connections.reduce(sum + 256) { $0 + $1.report.byteCount }
            }
            let records = host.records.reduce(0) { $0 + 64 + $1.data.count }
            return sum + 512 + addresses + records + host.steps.byteCount
        }
    }
}

extension [InspectionStep] {
    fileprivate var byteCount: Int { reduce(0) { $0 + 96 + $1.subject.utf8.count + $1.detail.utf8.count } }
}

extension ProbeReport {
    /// About how many bytes of memory it takes: what the host said, and its chain.
    fileprivate var byteCount: Int {
        guard case .secured(let session) = end else { return 1024 }
        return session.chain.reduce(1024) { $0 + 32 + $1.count }
    }
}
