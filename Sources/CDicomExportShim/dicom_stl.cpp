#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <vector>

#include "CDicomExportShim.h"
#include "dicom_object.h"
#include "failure.h"

using namespace lamina_export;

// DCMTK's own DcmEncapsulatedDocument takes an application's command line, so the dataset is filled here.
int32_t lamina_export_stl(
    const char *path, const lamina_export_object *object, const uint8_t *stl, size_t byte_count, const double rgb[3], char *message) {
    return guarded(message, [&] {
        DcmFileFormat file;
        DcmDataset &dataset = *file.getDataset();
        check(dataset.putAndInsertString(DCM_SOPClassUID, UID_EncapsulatedSTLStorage));
        check(dataset.putAndInsertString(DCM_Modality, "M3D"));
        check(dataset.putAndInsertString(DCM_Manufacturer, object->manufacturer));
        check(dataset.putAndInsertString(DCM_ManufacturerModelName, object->model));
        check(dataset.putAndInsertString(DCM_DeviceSerialNumber, object->serial_number));
        check(dataset.putAndInsertString(DCM_SoftwareVersions, object->software_version));
        check(dataset.putAndInsertString(DCM_AcquisitionDateTime, ""));
        check(dataset.putAndInsertString(DCM_BurnedInAnnotation, "NO"));
        check(dataset.insertEmptyElement(DCM_ConceptNameCodeSequence));
        putCode(dataset, DCM_MeasurementUnitsCodeSequence, "mm", "UCUM", "mm");
        check(dataset.putAndInsertString(DCM_ModelModification, "NO"));
        check(dataset.putAndInsertString(DCM_ModelMirroring, "NO"));
        check(dataset.putAndInsertString(DCM_MIMETypeOfEncapsulatedDocument, "model/stl"));
        putColour(dataset, rgb);
        for (size_t i = 0; i < object->image_count; i++) {
            DcmItem *item = nullptr;
            check(dataset.findOrCreateSequenceItem(DCM_SourceInstanceSequence, item, -2));
            check(item->putAndInsertString(DCM_ReferencedSOPClassUID, object->images[i].sop_class));
            check(item->putAndInsertString(DCM_ReferencedSOPInstanceUID, object->images[i].sop_instance));
        }
        IODCommonInstanceReferenceModule references;
        refer(*object, references);
        check(references.write(dataset));
        std::vector<uint8_t> even(stl, stl + byte_count);
        if (even.size() % 2) even.push_back(0);
        check(dataset.putAndInsertUint8Array(DCM_EncapsulatedDocument, even.data(), even.size()));
        check(dataset.putAndInsertUint32(DCM_EncapsulatedDocumentLength, static_cast<Uint32>(byte_count)));
        putAttributes(*object, dataset);
        save(file, path);
    });
}
