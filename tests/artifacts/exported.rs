//! What an exporter exports where all is well and no link is active: one series a line, as a template,
//! with its value in promtool's notation. Where a situation differs, it says so (`situation`).

/// Every kind of link.
pub(crate) const KINDS: [&str; 4] = ["clip_group", "live_stream", "timelapse_group", "video_wall"];

/// An exporter that watches one organisation, whose key may see all.
pub(crate) const EXPORTER: &str = r#"
up{TARGET} 1
rhombus_share_exporter_build_info{TARGET,version="1"} 1
rhombus_share_exporter_config_last_reload_successful{TARGET} 1
rhombus_collect_interval_seconds{TARGET} 60
rhombus_collect_lookback_seconds{TARGET} 0
rhombus_clock_skew_seconds{TARGET,endpoint="https://api2.rhombussystems.com"} 1
rhombus_organizations{TARGET,state="fresh"} 1
rhombus_organizations{TARGET,state="stale"} 0
rhombus_organizations{TARGET,state="withdrawn"} 0
rhombus_organizations{TARGET,state="waiting"} 0
rhombus_organizations{TARGET,state="not_allowed"} 0
rhombus_organizations{TARGET,state="duplicate"} 0
rhombus_org_info{TARGET,ORG,org_uuid="AAAAAAAAAAAAAAAAAAAAAA",org_name="Acme"} 1
rhombus_key_info{TARGET,ORG,super_admin="true"} 1
rhombus_share_violation_series_dropped{TARGET,ORG} 0
"#;

/// One list of it, on which no link is active.
const LIST: &str = r#"
rhombus_collect_success{TARGET,ORG,source="KINDs"} 1
rhombus_collect_partial{TARGET,ORG,source="KINDs"} 0
rhombus_collect_duration_seconds{TARGET,ORG,source="KINDs"} 1
rhombus_collect_last_success_timestamp_seconds{TARGET,ORG,source="KINDs"} 0+60
rhombus_collect_polls_total{TARGET,ORG,source="KINDs",outcome="success"} 0+1
rhombus_collect_polls_total{TARGET,ORG,source="KINDs",outcome="failure"} 0
rhombus_shared_devices{TARGET,ORG,kind="KIND"} 0
rhombus_share_violations{TARGET,ORG,kind="KIND",policy="unsecured",severity="warning"} 0
rhombus_share_violations{TARGET,ORG,kind="KIND",policy="past-footage-open",severity="critical"} 0
"#;

/// What it has of each protection.
const PROTECTION: &str = r#"
rhombus_shares{TARGET,ORG,kind="KIND",protection="PROTECTION"} 0
rhombus_shares_without_expiry{TARGET,ORG,kind="KIND",protection="PROTECTION"} 0
rhombus_shares_expiring{TARGET,ORG,kind="KIND",protection="PROTECTION",within="24h"} 0
rhombus_shares_expiring{TARGET,ORG,kind="KIND",protection="PROTECTION",within="7d"} 0
rhombus_shares_expired{TARGET,ORG,kind="KIND",protection="PROTECTION"} 0
"#;

/// The same, of the kinds that show clips.
const CLIPS: &str = r#"
rhombus_shared_clips{TARGET,ORG,kind="KIND",protection="PROTECTION"} 0
rhombus_shared_clip_duration_seconds{TARGET,ORG,kind="KIND",protection="PROTECTION"} 0
"#;

/// Of the kinds that Rhombus counts elsewhere too.
const UNLISTED: &str = r#"
rhombus_shares_unlisted{TARGET,ORG,kind="KIND"} 0
"#;

/// The series of one list, as templates.
pub(crate) fn list_of(kind: &str) -> String {
    let mut text = LIST.to_owned();
    let protections: &[&str] = match kind {
        "live_stream" => &["none", "password", "sso"],
        _ => &["none", "password"],
    };
    for protection in protections {
        text.push_str(&PROTECTION.replace("PROTECTION", protection));
        if kind.ends_with("_group") {
            text.push_str(&CLIPS.replace("PROTECTION", protection));
        }
    }
    if !kind.ends_with("_group") {
        text.push_str(UNLISTED);
    }
    text.replace("KIND", kind)
}
