#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmfg/fgderimg.h>
#include <dcmtk/dcmfg/fgfracon.h>
#include <dcmtk/dcmfg/fgpixmsr.h>
#include <dcmtk/dcmfg/fgplanor.h>
#include <dcmtk/dcmfg/fgplanpo.h>
#include <dcmtk/dcmseg/segdoc.h>
#include <dcmtk/dcmseg/segment.h>

#include <cmath>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <vector>

#include "CDicomExportShim.h"
#include "dicom_object.h"
#include "failure.h"

using namespace lamina_export;

namespace {

// A decimal string holds 16 characters.
OFString decimal(double value) {
    char text[32];
    for (int digits = 15; digits > 0; digits--) {
        if (std::snprintf(text, sizeof text, "%.*g", digits, value == 0 ? 0.0 : value) <= 16) break;
    }
    return text;
}

std::unique_ptr<DcmSegmentation> emptySegmentation(const lamina_export_object &object, const lamina_export_labels &labels) {
    ContentIdentificationMacro *created = nullptr;
    check(ContentIdentificationMacro::create("1", "VERTEBRAE", "", "", created));
    std::unique_ptr<ContentIdentificationMacro> content(created);
    IODGeneralEquipmentModule::EquipmentInfo equipment(object.manufacturer, object.model, object.serial_number, object.software_version);
    DcmSegmentation *segmentation = nullptr;
    check(DcmSegmentation::createBinarySegmentation(
        segmentation, static_cast<Uint16>(labels.size[1]), static_cast<Uint16>(labels.size[0]), equipment, *content));
    return std::unique_ptr<DcmSegmentation>(segmentation);
}

void addShared(DcmSegmentation &segmentation, const lamina_export_labels &labels) {
    const double(*axes)[3] = labels.axes;
    std::unique_ptr<FGPlaneOrientationPatient> orientation(FGPlaneOrientationPatient::createMinimal(
        decimal(axes[0][0]), decimal(axes[0][1]), decimal(axes[0][2]), decimal(axes[1][0]), decimal(axes[1][1]), decimal(axes[1][2])));
    if (!orientation) throw std::runtime_error("the orientation is refused");
    check(segmentation.addForAllFrames(*orientation));
    FGPixelMeasures measures;
    check(measures.setPixelSpacing(decimal(labels.spacing[1]) + "\\" + decimal(labels.spacing[0])));
    check(measures.setSliceThickness(decimal(labels.spacing[2])));
    check(measures.setSpacingBetweenSlices(decimal(labels.spacing[2])));
    check(segmentation.addForAllFrames(measures));
}

void addDimensions(DcmSegmentation &segmentation, const lamina_export_labels &labels) {
    auto &dimensions = segmentation.getDimensions();
    check(dimensions.addDimensionIndex(
        DCM_ReferencedSegmentNumber, labels.dimension_uid, DCM_SegmentIdentificationSequence, "ReferencedSegmentNumber"));
    check(dimensions.addDimensionIndex(
        DCM_ImagePositionPatient, labels.dimension_uid, DCM_PlanePositionSequence, "ImagePositionPatient"));
}

// The source image whose first pixel is this point, if there is one.
const lamina_export_image *imageAt(const double point[3], const lamina_export_object &object) {
    for (size_t i = 0; i < object.image_count; i++) {
        const double *p = object.images[i].position;
        // 0.01 mm: source positions are rounded to a few digits. NaN is not below.
        if (std::hypot(p[0] - point[0], p[1] - point[1], p[2] - point[2]) < 0.01) return &object.images[i];
    }
    return nullptr;
}

std::unique_ptr<FGDerivationImage> derivation(const lamina_export_image &image) {
    ImageSOPInstanceReferenceMacro *created = nullptr;
    check(ImageSOPInstanceReferenceMacro::create(image.sop_class, image.sop_instance, created));
    std::unique_ptr<ImageSOPInstanceReferenceMacro> reference(created);
    OFVector<ImageSOPInstanceReferenceMacro> references;
    references.push_back(*reference);
    std::unique_ptr<FGDerivationImage> group(FGDerivationImage::createMinimal(
        references, "", CodeSequenceMacro("113076", "DCM", "Segmentation"),
        CodeSequenceMacro("121322", "DCM", "Source image for image processing operation")));
    if (!group) throw std::runtime_error("a reference to a source image is refused");
    return group;
}

void addFrames(
    DcmSegmentation &segmentation, const lamina_export_object &object, const lamina_export_labels &labels, uint8_t label, Uint16 number) {
    const size_t area = static_cast<size_t>(labels.size[0]) * static_cast<size_t>(labels.size[1]);
    std::vector<Uint8> mask(area);
    for (int k = 0; k < labels.size[2]; k++) {
        const uint8_t *slice = labels.labels + static_cast<size_t>(k) * area;
        bool isEmpty = true;
        for (size_t n = 0; n < area; n++) {
            mask[n] = slice[n] == label;
            if (mask[n]) isEmpty = false;
        }
        if (isEmpty) continue;
        double point[3];
        for (int n = 0; n < 3; n++) point[n] = labels.origin[n] + k * labels.spacing[2] * labels.axes[2][n];
        std::unique_ptr<FGPlanePosPatient> position(FGPlanePosPatient::createMinimal(decimal(point[0]), decimal(point[1]), decimal(point[2])));
        if (!position) throw std::runtime_error("the position of a slice is refused");
        FGFrameContent content;
        check(content.setStackID("1"));
        check(content.setInStackPositionNumber(static_cast<Uint32>(k + 1)));
        check(content.setDimensionIndexValues(number, 0));
        check(content.setDimensionIndexValues(static_cast<Uint32>(k + 1), 1));
        OFVector<FGBase *> groups;
        groups.push_back(position.get());
        groups.push_back(&content);
        std::unique_ptr<FGDerivationImage> source;
        if (const lamina_export_image *image = imageAt(point, object)) {
            source = derivation(*image);
            groups.push_back(source.get());
        }
        check(segmentation.addFrame(mask.data(), number, groups));
    }
}

void addSegment(
    DcmSegmentation &segmentation, const lamina_export_object &object, const lamina_export_labels &labels,
    const lamina_export_segment &described) {
    DcmSegment *created = nullptr;
    check(DcmSegment::create(
        created, described.name, CodeSequenceMacro(labels.category_code, "SCT", labels.category_meaning),
        CodeSequenceMacro(described.code, "SCT", described.meaning),
        labels.is_automatic ? DcmSegTypes::SAT_AUTOMATIC : DcmSegTypes::SAT_SEMIAUTOMATIC, labels.algorithm));
    std::unique_ptr<DcmSegment> segment(created);
    DcmItem colour;
    putColour(colour, described.rgb);
    const Uint16 *lab = nullptr;
    check(colour.findAndGetUint16Array(DCM_RecommendedDisplayCIELabValue, lab));
    check(segment->setRecommendedDisplayCIELabValue(lab[0], lab[1], lab[2]));
    Uint16 number = 0;
    check(segmentation.addSegment(segment.get(), number));
    // From here on it is the segmentation's.
    segment.release();
    addFrames(segmentation, object, labels, described.label, number);
}

}  // namespace

int32_t lamina_export_segmentation(
    const char *path, const lamina_export_object *object, const lamina_export_labels *labels, const lamina_export_segment *segments,
    size_t segment_count, char *message) {
    return guarded(message, [&] {
        DcmDataset hierarchy;
        putAttributes(*object, hierarchy);
        auto segmentation = emptySegmentation(*object, *labels);
        check(segmentation->importHierarchy(hierarchy, OFTrue, OFTrue, OFTrue));
        // Asked for before the attributes come.
        check(segmentation->getSeries().setSeriesNumber("1"));
        addShared(*segmentation, *labels);
        addDimensions(*segmentation, *labels);
        refer(*object, segmentation->getCommonInstanceReference());
        for (size_t n = 0; n < segment_count; n++) addSegment(*segmentation, *object, *labels, segments[n]);
        // Every frame is made alike above; the checks compare each with each.
        segmentation->setCheckDimensionsOnWrite(OFFalse);
        DcmFileFormat file;
        check(segmentation->writeDataset(*file.getDataset()));
        // Over what DCMTK made up: the instance's UID, today's date.
        putAttributes(*object, *file.getDataset());
        save(file, path);
    });
}
