import Foundation
import Support
import Testing

@Suite(.timeLimit(.minutes(1))) struct TaskLaneTests {
    /// Runs jobs on a thread that counts them.
    private final class Lane: TaskExecutor {
        private let queue = DispatchQueue(label: "lane")
        private let key = DispatchSpecificKey<Bool>()

        init() { queue.setSpecific(key: key, value: true) }

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }

        /// Whether the caller runs here.
        var isHere: Bool { DispatchQueue.getSpecific(key: key) == true }
    }

    private enum Way: CaseIterable { case task, flight, deadline, both }

    @Test(arguments: Way.allCases) private func whatWorkBeginsStaysInItsLane(way: Way) async {
        let lane = Lane()
        let flight = SingleFlight<Int, Bool>(abandoned: .goesOn)
        let isHere = await Task(executorPreference: lane) {
            await TaskLane.$executor.withValue(lane) {
                switch way {
                case .task: await Task.inLane { lane.isHere }.value
                case .flight: await flight.value(for: 1) { lane.isHere }
                case .deadline: await Deadline.run(.seconds(30)) { lane.isHere }
                case .both: await Deadline.run(.seconds(30)) { await flight.value(for: 1) { lane.isHere } ?? false }
                }
            }
        }.value
        #expect(isHere == true)
    }

    @Test func withoutALaneItIsThePoolOfAll() async {
        let lane = Lane()
        let isHere = await Task(executorPreference: lane) { await Task.inLane { lane.isHere }.value }.value
        #expect(!isHere)
    }
}
