//! Reading scenario files from YAML.
