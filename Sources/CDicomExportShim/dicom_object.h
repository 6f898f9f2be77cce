#pragma once
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmiod/modcommoninstanceref.h>

#include "CDicomExportShim.h"

namespace lamina_export {

// Puts the object's attributes into `dataset`, over those that are there.
void putAttributes(const lamina_export_object &object, DcmItem &dataset);

// Puts a code into a sequence of one item.
void putCode(DcmItem &dataset, const DcmTag &sequence, const char *code, const char *scheme, const char *meaning);

// Puts an sRGB colour as DICOM's CIELab.
void putColour(DcmItem &dataset, const double rgb[3]);

// Names the source's series and images.
void refer(const lamina_export_object &object, IODCommonInstanceReferenceModule &references);

// Writes the file onto the disk, its header made from the dataset.
void save(DcmFileFormat &file, const char *path);

}  // namespace lamina_export
