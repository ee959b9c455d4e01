/// Who is told what is kept, so that it can outlive the process.
///
/// Called from any task or thread, right after the memory was changed. It must neither wait nor fail: what it cannot take, it
/// drops.
public protocol VerdictJournal: Sendable {
    /// A verdict has been kept; it takes the place of an older one on the same destination and demand.
    func kept(_ verdict: KeptVerdict)
}
