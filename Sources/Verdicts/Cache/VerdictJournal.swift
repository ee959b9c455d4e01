/// Is told what is cached, so that it can outlive the process.
///
/// Any task or thread calls it right after the memory was changed. It must neither wait nor fail. It drops what it
/// cannot take.
public protocol VerdictJournal: Sendable {
    /// A verdict has been cached. It replaces an older one on the same destination and demand.
    func kept(_ verdict: KeptVerdict)
}
