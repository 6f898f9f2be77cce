// How long libOpenIGTLink's TRANSFORM messages travel over loopback, for pose_stream.py: igtl_latency RATE COUNT prints the milliseconds of each, a line a message.
#include <igtlClientSocket.h>
#include <igtlServerSocket.h>
#include <igtlTransformMessage.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

using Clock = std::chrono::steady_clock;

static void send(igtl::ServerSocket::Pointer server, int rate, std::vector<Clock::time_point>& sent) {
    igtl::ClientSocket::Pointer client = server->WaitForConnection(10000);
    if (client.IsNull()) std::exit(1);
    igtl::TransformMessage::Pointer message = igtl::TransformMessage::New();
    message->SetDeviceName("T12");
    auto due = Clock::now();
    for (auto& moment : sent) {
        igtl::Matrix4x4 matrix;
        igtl::IdentityMatrix(matrix);
        message->SetMatrix(matrix);
        moment = Clock::now();
        message->Pack();
        client->Send(message->GetPackPointer(), message->GetPackSize());
        due += std::chrono::microseconds(1000000 / rate);
        std::this_thread::sleep_until(due);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    client->CloseSocket();
}

int main(int count, char** arguments) {
    if (count != 3) return 2;
    const int port = 18000 + static_cast<int>(Clock::now().time_since_epoch().count() % 900);
    std::vector<Clock::time_point> sent(std::atoi(arguments[2]));
    igtl::ServerSocket::Pointer server = igtl::ServerSocket::New();
    if (server->CreateServer(port) < 0) return 1;
    std::thread sender(send, server, std::atoi(arguments[1]), std::ref(sent));
    igtl::ClientSocket::Pointer reader = igtl::ClientSocket::New();
    if (reader->ConnectToServer("127.0.0.1", port) != 0) return 1;
    for (auto& moment : sent) {
        igtl::MessageHeader::Pointer header = igtl::MessageHeader::New();
        header->InitPack();
        if (reader->Receive(header->GetPackPointer(), header->GetPackSize()) <= 0) return 1;
        header->Unpack();
        igtl::TransformMessage::Pointer message = igtl::TransformMessage::New();
        message->SetMessageHeader(header);
        message->AllocatePack();
        if (reader->Receive(message->GetPackBodyPointer(), message->GetPackBodySize()) <= 0) return 1;
        message->Unpack(1);
        std::printf("%.6f\n", std::chrono::duration<double, std::milli>(Clock::now() - moment).count());
    }
    sender.join();
}
