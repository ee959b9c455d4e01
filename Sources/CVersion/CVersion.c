#include "CVersion.h"

const char *danegate_version(void) {
#ifdef DANEGATE_COMMIT
    return DANEGATE_VERSION "+g" DANEGATE_COMMIT;
#else
    return DANEGATE_VERSION;
#endif
}
