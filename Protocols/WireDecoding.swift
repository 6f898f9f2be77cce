import Foundation
import Frames

/// Reads a file that people and other programs write: nothing in it is guessed or passed over, unknown keys neither.
///
/// - Parameter file: what errors call it.
/// - Throws: `WireFileError`.
public func decodedInput<Value: Decodable>(_ type: Value.Type, from data: Data, file: String) throws -> Value {
    do {
        return try decodedJSON(type, from: data)
    } catch let error as DecodingError {
        throw wireError(error, in: data, file: file, prefix: "")
    }
}

/// Reads a file of one JSON object a line; empty lines are passed over.
///
/// - Throws: `WireFileError` with the line's number, counted from 1.
public func decodedInputLines<Value: Decodable>(_ type: Value.Type, from data: Data, file: String) throws -> [Value] {
    var values: [Value] = []
    for (number, line) in data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
        guard line.contains(where: { $0 > 0x20 }) else { continue }
        do {
            values.append(try decodedJSON(type, from: Data(line)))
        } catch let error as DecodingError {
            throw wireError(error, in: Data(line), file: file, prefix: "line \(number + 1)")
        }
    }
    return values
}

private func wireError(_ error: DecodingError, in data: Data, file: String, prefix: String) -> WireFileError {
    let found = try? decodedJSON(JSONValue.self, from: data)
    func made(_ path: [any CodingKey], _ reason: String) -> WireFileError {
        let place = [prefix, wirePlace(path, in: found)].filter { !$0.isEmpty }.joined(separator: ", ")
        return WireFileError(file: file, place: place, reason: reason)
    }
    switch error {
    case .keyNotFound(let key, let context): return made(context.codingPath, "the key \(key.stringValue) is missing; add it")
    case .typeMismatch(let type, let context):
        return made(context.codingPath, "this must be \(wireName(of: type)); see Protocols/Specification/fluoroscopy.md")
    case .valueNotFound(_, let context): return made(context.codingPath, "null stands for nothing here; give a value or leave the key out")
    case .dataCorrupted(let context):
        guard found != nil else { return made([], "this is no JSON (\(context.debugDescription)); write it again") }
        return made(context.codingPath, context.debugDescription)
    @unknown default: return made([], "\(error)")
    }
}

/// A place in words: `views[1] (LAT), frames[3], key file`. Things in lists are called by their names where they have some.
private func wirePlace(_ path: [any CodingKey], in root: JSONValue?) -> String {
    var parts: [String] = []
    var here = root
    for key in path {
        if let index = key.intValue {
            if case .array(let list) = here, list.indices.contains(index) { here = list[index] } else { here = nil }
            var part = (parts.popLast().map { $0.hasPrefix("key ") ? String($0.dropFirst(4)) : $0 } ?? "") + "[\(index)]"
            if case .object(let object) = here, case .string(let name) = object["name"] ?? object["level"] { part += " (\(name))" }
            parts.append(part)
        } else {
            if case .object(let object) = here { here = object[key.stringValue] } else { here = nil }
            parts.append("key \(key.stringValue)")
        }
    }
    return parts.joined(separator: ", ")
}

private func wireName(of type: Any.Type) -> String {
    switch type {
    case is String.Type: "text"
    case is Bool.Type: "true or false"
    case is Int.Type: "a whole number"
    case is Double.Type, is Float.Type: "a number"
    case is [Any].Type: "a list"
    case is [String: Any].Type: "an object"
    default: "\(type)" == "Array<Any>" ? "a list" : "an object"
    }
}

/// Any key, to see which ones an object has.
private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension Decoder {
    /// The container of an object that has no keys but these: a misspelt optional key would otherwise be a silent guess.
    func strictContainer<Key: CodingKey & CaseIterable>(_ type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        let known = Set(Key.allCases.map(\.stringValue))
        if let unknown = try container(keyedBy: AnyKey.self).allKeys.map(\.stringValue).filter({ !known.contains($0) }).min() {
            let reason = "the key \(unknown) is not known here; known are \(known.sorted().joined(separator: ", "))"
            throw DecodingError.dataCorrupted(.init(codingPath: codingPath, debugDescription: reason))
        }
        return try container(keyedBy: type)
    }
}

extension KeyedDecodingContainer {
    /// An error at a key, or at the object without one.
    func error(_ key: Key?, _ reason: String) -> DecodingError {
        .dataCorrupted(.init(codingPath: codingPath + (key.map { [$0] } ?? []), debugDescription: reason))
    }

    /// Throws unless the object says that it is of this schema, major version 1.
    func checkSchema(_ schema: String, _ schemaKey: Key, _ versionKey: Key) throws {
        let name = try decode(String.self, forKey: schemaKey)
        guard name == schema else { throw error(schemaKey, "this is \(name), not \(schema); give the right file") }
        let version = try decode(String.self, forKey: versionKey)
        guard version.hasPrefix("1.") else { throw error(versionKey, "version \(version) is not known here, only 1.x is; write 1.0.0") }
    }

    /// A list of exactly `count` finite numbers.
    func numbers(_ key: Key, _ count: Int) throws -> [Double] {
        let list = try decode([Double].self, forKey: key)
        guard list.count == count, list.allSatisfy(\.isFinite) else { throw error(key, "this needs \(count) numbers, found \(list.count)") }
        return list
    }

    func numbersIfPresent(_ key: Key, _ count: Int) throws -> [Double]? { contains(key) ? try numbers(key, count) : nil }

    /// A whole number, which may be written as 3.0.
    func wholeNumber(_ key: Key) throws -> Int {
        let number = try decode(Double.self, forKey: key)
        guard let whole = Int(exactly: number) else { throw error(key, "this must be a whole number, found \(number)") }
        return whole
    }

    func wholeNumberIfPresent(_ key: Key) throws -> Int? { contains(key) ? try wholeNumber(key) : nil }

    /// A rigid transform as a row-major 4x4 matrix. Rounded decimals are fine up to 1e-5, and made exactly rigid again.
    func rigidTransform<To, From>(_ key: Key) throws -> RigidTransform<To, From> {
        let m = try numbers(key, 16)
        guard Array(m[12...]) == [0, 0, 0, 1] else { throw error(key, "the last row must be 0, 0, 0, 1; matrices here are row-major, 4x4") }
        // What was written with all its digits comes back bit for bit.
        if let exact = RigidTransform<To, From>(rowMajor4x4: m) { return exact }
        let x = SIMD3(m[0], m[4], m[8])
        let y = SIMD3(m[1], m[5], m[9])
        let z = SIMD3(m[2], m[6], m[10])
        let worst = [x.cross(y) - z, y.cross(z) - x, z.cross(x) - y].map(\.length).max()!
        guard worst < 1e-5, let third = UnitVector<To>(Vector(z)), let second = UnitVector<To>(Vector(y)),
            let rotation = Rotation<To, From>(z: third, yNear: second)
        else {
            let mirrors = (x.cross(y) * z).sum() < 0
            throw error(
                key,
                mirrors
                    ? "this matrix mirrors: its determinant is negative; give a rotation and a shift"
                    : "this is no rigid transform: its rotation is off by \(worst); give more digits, and mm")
        }
        // The key's name says which frames these are; the file's writer vouches for it.
        return RigidTransform(asserting: rotation, origin: Point(m[3], m[7], m[11]))
    }

    func rigidTransformIfPresent<To, From>(_ key: Key) throws -> RigidTransform<To, From>? { contains(key) ? try rigidTransform(key) : nil }
}

extension Character {
    /// Whether it may stand in a name that becomes part of a file's: a letter or digit of ASCII, - or _.
    public var isPlain: Bool { isASCII && (isLetter || isNumber || self == "-" || self == "_") }
}
