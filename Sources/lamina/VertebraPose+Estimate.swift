import Protocols
import Tracking

extension VertebraPose {
    init(_ estimate: VertebraEstimate) {
        if let pose = estimate.roomFromVertebra, let covariance = estimate.covariance {
            self.init(
                level: estimate.level, roomFromVertebra: pose, covariance: covariance, depthObservable: estimate.isDepthObservable,
                causes: estimate.causes.map(\.rawValue))
        } else {
            self.init(lost: estimate.level, causes: estimate.causes.map(\.rawValue))
        }
    }
}
