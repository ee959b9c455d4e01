import DANE

/// A usable TLSA record by its values, with which a chain is compared.
struct UsableRecord {
    let usage: TLSARecord.Usage
    let selector: TLSARecord.Selector
    let matching: TLSARecord.MatchingType
    /// The certificate association data.
    let data: [UInt8]
}
