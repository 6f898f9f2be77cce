// niftilib's header looks for <znzlib.h> beside itself, where no search path points.
#include <nifti/znzlib.h>
