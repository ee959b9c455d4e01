/// The version of danegate (https://semver.org). This is the one place where it stands; scripts read it here as well.
#define DANEGATE_VERSION "0.2.0"

/// The version of this build: DANEGATE_VERSION, with +g and the commit behind it if the build was told one, as a
/// package's is (the variable DANEGATE_COMMIT).
const char *danegate_version(void);
