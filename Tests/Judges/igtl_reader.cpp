// Reads OpenIGTLink with Debian's libopenigtlink and prints what it unpacks, CRC checked: igtl_reader PORT COUNT
#include <igtlClientSocket.h>
#include <igtlMessageHeader.h>
#include <igtlQuaternionTrackingDataMessage.h>
#include <igtlStatusMessage.h>
#include <igtlTransformMessage.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

int main(int argc, char **argv) {
    igtl::ClientSocket::Pointer socket = igtl::ClientSocket::New();
    if (socket->ConnectToServer("127.0.0.1", std::atoi(argv[1])) != 0) return 2;
    for (int n = 0; n < std::atoi(argv[2]); ++n) {
        igtl::MessageHeader::Pointer header = igtl::MessageHeader::New();
        header->InitPack();
        if (socket->Receive(header->GetPackPointer(), header->GetPackSize()) != header->GetPackSize()) return 3;
        header->Unpack();
        const char *type = header->GetDeviceType();
        const char *device = header->GetDeviceName();
        if (std::strcmp(type, "TRANSFORM") == 0) {
            igtl::TransformMessage::Pointer message = igtl::TransformMessage::New();
            message->SetMessageHeader(header);
            message->AllocatePack();
            socket->Receive(message->GetPackBodyPointer(), message->GetPackBodySize());
            if (!(message->Unpack(1) & igtl::MessageHeader::UNPACK_BODY)) return 4;
            igtl::Matrix4x4 m;
            message->GetMatrix(m);
            std::printf("TRANSFORM %s", device);
            for (int row = 0; row < 3; ++row)
                for (int column = 0; column < 4; ++column) std::printf(" %.6f", m[row][column]);
            std::printf("\n");
        } else if (std::strcmp(type, "QTDATA") == 0) {
            igtl::QuaternionTrackingDataMessage::Pointer message = igtl::QuaternionTrackingDataMessage::New();
            message->SetMessageHeader(header);
            message->AllocatePack();
            socket->Receive(message->GetPackBodyPointer(), message->GetPackBodySize());
            if (!(message->Unpack(1) & igtl::MessageHeader::UNPACK_BODY)) return 5;
            for (int i = 0; i < message->GetNumberOfQuaternionTrackingDataElements(); ++i) {
                igtl::QuaternionTrackingDataElement::Pointer element;
                message->GetQuaternionTrackingDataElement(i, element);
                float x, y, z, qx, qy, qz, qw;
                element->GetPosition(&x, &y, &z);
                element->GetQuaternion(&qx, &qy, &qz, &qw);
                std::printf("QTDATA %s %s %d %.6f %.6f %.6f %.6f %.6f %.6f %.6f\n", device, element->GetName(), element->GetType(), x, y, z, qx, qy, qz, qw);
            }
        } else if (std::strcmp(type, "STATUS") == 0) {
            igtl::StatusMessage::Pointer message = igtl::StatusMessage::New();
            message->SetMessageHeader(header);
            message->AllocatePack();
            socket->Receive(message->GetPackBodyPointer(), message->GetPackBodySize());
            if (!(message->Unpack(1) & igtl::MessageHeader::UNPACK_BODY)) return 6;
            std::printf("STATUS %s %d %s %s\n", device, message->GetCode(), message->GetErrorName(), message->GetStatusString());
        } else {
            return 7;
        }
        std::fflush(stdout);
    }
    return 0;
}
