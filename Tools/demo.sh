#!/usr/bin/env bash
# Finds the vertebrae of the sample CT, plans T9-L2 and draws its labels beside the given ones, into demo-case/ and demo-labels.png; on a synthetic CT where
# the sample cannot be had. `make demo` builds first and then runs this.
set -euo pipefail
cd "$(dirname "$0")/.."
lamina=${LAMINA:-.build/release/lamina}
levels=T9-L2
case_folder=demo-case

if sample=$(Tools/fetch_sample.sh); then
    echo "Finding the vertebrae of the sample CT $sample/cxr.nii.gz (LIDC-IDRI, CC BY 3.0) and planning $levels. The scan alone does not settle the count,"
    echo "so the demo names one level, as you would: --anchor z_lps=-254:T12."
    ct=$sample/cxr.nii.gz
    given=($sample/mask.nii.gz totalsegmentator-v2)
    # This scan shows no sacrum, and short ribs at T12, so lamina can only estimate the count; here a person who knows one level says which it is.
    anchor=(--anchor z_lps=-254:T12)
else
    echo "The sample CT cannot be fetched, so this plans on a SYNTHETIC spine (lamina phantom, seed 1), not on a patient's."
    phantom=demo-phantom
    rm -rf "$phantom"
    "$lamina" phantom -o "$phantom" --seed 1 --levels T9-L3
    ct=$phantom/ct.nii.gz
    given=($phantom/labels.nii.gz lamina)
    anchor=()
fi

# Exit code 5 says that some pedicles were refused, with their reasons in the table: for a demo that is a result, not a failure.
code=0
"$lamina" plan "$ct" "${anchor[@]}" --levels "$levels" -o "$case_folder" --force || code=$?
[ "$code" = 0 ] || [ "$code" = 5 ] || exit "$code"

echo
echo "Its own labels against the given ones:"
"$lamina" evaluate "$case_folder/labels.nii.gz" "${given[0]}" --reference-scheme "${given[1]}" -q | sed '/^$/,$d'
.venv/bin/python -m Tools.Pictures.label_comparison "$ct" "$case_folder/labels.nii.gz" "${given[@]}" -o demo-labels.png
cat <<END

Open, in $case_folder/:
  report.html                         all of the plan with pictures, in any browser: this is what a surgeon looks at
  meshes/spine.stl and screws/*.stl   together in any mesh viewer or slicer; or in 3D Slicer, over the CT
  labels.nii.gz                       the vertebrae that lamina found, on the CT's grid (VerSe ids)
  segmentation.json                   how sure it is of each, and of their names
  screws.csv, plan.json               every pedicle with its screw, margins and reasons; LPS mm of the CT
  manifest.json                       what made it: version, model, inputs, hashes, times, warnings
and demo-labels.png: its labels (red) beside the given ones (green).
END
