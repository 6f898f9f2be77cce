import Foundation
import Frames
import Protocols
import Testing

@Suite struct InitialPlacementTests {
    private let text =
        #"{"schema": "lamina.initial", "schema_version": "1.0.0", "room_from_patient": [0, -1, 0, 5, 1, 0, 0, 6, 0, 0, 1, 7, 0, 0, 0, 1]}"#

    @Test func patientOrLineOfPoses() throws {
        let patient = try decodedInput(InitialPlacement.self, from: Data(text.utf8), file: "i")
        guard case .patient(let roomFromPatient) = patient else { throw NotRead() }
        #expect(roomFromPatient * Point(1, 0, 0) == Point(5, 7, 7))
        #expect(try decodedInput(InitialPlacement.self, from: encodedJSON(patient), file: "i") == patient)
        let poses = try decodedInput(InitialPlacement.self, from: Data(poseText.utf8), file: "i")
        guard case .vertebrae(let record) = poses else { throw NotRead() }
        #expect(record.frame == 4)
        #expect(try decodedInput(InitialPlacement.self, from: encodedJSON(poses), file: "i") == poses)
    }

    @Test func mistakesAreNamed() {
        expectRefusal(InitialPlacement.self, text, "room_from_patient", "patient_from_room", "patient_from_room is not known")
        expectRefusal(InitialPlacement.self, text, ", 0, 0, 0, 1]", "]", "16 numbers", "key room_from_patient")
        let lost = #"{"schema": "lamina.poses", "schema_version": "1.0.0", "frame": 0, "time_s": 0, "vertebrae": []}"#
        expectRefusal(InitialPlacement.self, lost, "[]", "[ ]", "lost")
    }
}

private struct NotRead: Error {}
