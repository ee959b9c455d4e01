/// First in, first out; both ends in constant time, on average.
struct Queue<Element> {
    private var elements: [Element] = []
    private var start = 0

    /// The oldest element.
    var first: Element? { start < elements.count ? elements[start] : nil }

    /// Adds the newest element.
    mutating func append(_ element: Element) { elements.append(element) }

    /// Takes the oldest element.
    mutating func removeFirst() -> Element? {
        guard let element = first else { return nil }
        start += 1
        // The taken ones are let go of when they are half of all.
        if start * 2 > elements.count {
            elements.removeFirst(start)
            start = 0
        }
        return element
    }
}
