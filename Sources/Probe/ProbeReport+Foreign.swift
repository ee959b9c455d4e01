public import DANE

extension ProbeReport {
    /// That another host of this site has authenticated the server, by a connection of its own. Only its word stands
    /// for it: nothing was sent from here.
    public struct Foreign: Hashable, Sendable {
        /// Who has found it, by a number that this process has given to that host. Not 0.
        public let source: UInt16
        /// The name of that host.
        public let writer: String
        /// The TLSA record that authenticates the server. It is one of those that were looked up here.
        public let record: TLSARecord
        /// `TLS1.3` or `TLS1.2`.
        public let protocolVersion: String
        /// The last second for which it holds, since 1970; nil if no date of a certificate matters.
        public let end: Int64?

        /// A finding with these values.
        public init(source: UInt16, writer: String, record: TLSARecord, protocolVersion: String, end: Int64? = nil) {
            self.source = source
            self.writer = writer
            self.record = record
            self.protocolVersion = protocolVersion
            self.end = end
        }
    }
}
