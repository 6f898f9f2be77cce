#!/usr/bin/env bash
# Plans T9-L2 on the sample CT, or on a synthetic one where that cannot be had, into demo-case/. `make demo` builds first and then runs this.
set -euo pipefail
cd "$(dirname "$0")/.."
lamina=${LAMINA:-.build/release/lamina}
levels=T9-L2
case_folder=demo-case

if sample=$(Tools/fetch_sample.sh); then
    echo "Planning $levels on the sample CT $sample/cxr.nii.gz (LIDC-IDRI, CC BY 3.0)."
    input=(plan "$sample/cxr.nii.gz" --labels "$sample/mask.nii.gz" --scheme totalsegmentator-v2)
else
    echo "The sample CT cannot be fetched, so this plans on a SYNTHETIC spine (lamina phantom, seed 1), not on a patient's."
    phantom=demo-phantom
    rm -rf "$phantom"
    "$lamina" phantom -o "$phantom" --seed 1 --levels "$levels"
    input=(plan "$phantom/ct.nii.gz" --labels "$phantom/labels.nii.gz" --scheme lamina)
fi

# Exit code 5 says that some pedicles were refused, with their reasons in the table: for a demo that is a result, not a failure.
code=0
"$lamina" "${input[@]}" --levels "$levels" -o "$case_folder" --force || code=$?
[ "$code" = 0 ] || [ "$code" = 5 ] || exit "$code"
cat <<END

Open, in $case_folder/:
  meshes/spine.stl and screws/*.stl   together in any mesh viewer or slicer; or in 3D Slicer, over the CT
  labels.nii.gz                       the vertebrae on the CT's grid (VerSe ids)
  screws.csv, plan.json               every pedicle with its screw, margins and reasons; LPS mm of the CT
  manifest.json                       what made it: version, inputs, hashes, times, warnings
END
