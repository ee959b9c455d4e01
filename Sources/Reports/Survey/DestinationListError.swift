/// A list of destinations is full (`DestinationList.limit`).
struct DestinationListError: Error {}
