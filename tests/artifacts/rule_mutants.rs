//! Whether the cases would notice: each mutant is the rule file with one mistake in it, and some case
//! of the alert that it is in must fail. Added to, whenever a mistake is found that no case noticed.

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::alert_cases;
use crate::dashboards::{files, name, read, text};
use crate::findings::broken;
use crate::rule_file;
use crate::toolchains::toolchains;
use crate::tools::output;

/// An alert, what stands in its rule, and what would be wrong there.
type Mutant = (&'static str, &'static str, &'static str);

const MUTANTS: &[Mutant] = &[
    ("RhombusDataStale", "(5 * max", "(50 * max"),
    ("RhombusDataStale", "(-5 * max", "(-50 * max"),
    (
        "RhombusDataStale",
        "unless on (job, instance, org, kind) last_over_time(rhombus_shares[5m])",
        "unless on (org, kind) last_over_time(rhombus_shares[5m])",
    ),
    (
        "RhombusDataStale",
        "unless on (job, instance, org, kind) last_over_time(rhombus_shares[5m])",
        "unless on (instance, org, kind) last_over_time(rhombus_shares[5m])",
    ),
    (
        "RhombusDataStale",
        "and on (job, instance, org, source)\n          (\n            count by",
        "and on (org, source)\n          (\n            count by",
    ),
    ("RhombusExporterDown", "[15m]) < 0.5", "[15m]) < 0.25"),
    ("RhombusCollectFailing", "> 0.6 *", "> 0.5 *"),
    ("RhombusCollectFailing", "> 0.6 *", "> 0.75 *"),
    (
        "RhombusCollectFailing",
        "min_over_time(rhombus_collect_success[15m]) == 0\n",
        "min_over_time(rhombus_collect_success[15m]) <= 1\n",
    ),
    (
        "RhombusCollectFailing",
        "outcome=\"failure\"",
        "outcome=\"success\"",
    ),
    ("RhombusKeyRejected", "auth|forbidden", "auth"),
    ("RhombusKeyRejected", "auth|forbidden", ".+"),
    (
        "RhombusCollectFailing",
        "          unless on (job, instance, org, source) instance_org_source:rhombus_collect:forbidden\n",
        "",
    ),
    (
        "RhombusDataStale",
        "            unless on (job, instance, org, source) instance_org_source:rhombus_collect:forbidden\n            unless on (job, instance, org) last_over_time(rhombus_partner_client_info{access=\"not_allowed\"}[5m])\n",
        "            unless on (job, instance, org) last_over_time(rhombus_partner_client_info{access=\"not_allowed\"}[5m])\n",
    ),
    (
        "RhombusDataStale",
        "            ) > 0\n          )\n          unless on (job, instance, org, source) instance_org_source:rhombus_collect:forbidden\n",
        "            ) > 0\n          )\n",
    ),
    (
        "RhombusDataStale",
        "(5 * max by (job, instance, org, source)",
        "(1 * max by (job, instance, org, source)",
    ),
    (
        "RhombusDataStale",
        "(5 * max by (job, instance, org, source)",
        "(6 * max by (job, instance, org, source)",
    ),
    (
        "RhombusDataStale",
        "              and on (job, instance, org, source)\n              (last_over_time(rhombus_collect_success[5m]) == 1)\n",
        "",
    ),
    (
        "RhombusKeyRejected",
        "          unless on (job, instance, org, source) instance_org_source:rhombus_collect:forbidden\n",
        "",
    ),
    (
        "RhombusKeyRejected",
        "          and on (job, instance, org)\n          (\n",
        "          and on (org)\n          (\n",
    ),
    (
        "RhombusKeyRejected",
        "            last_over_time(rhombus_collect_success{source!=\"audit_feed\"}[5m]) == 1\n            or\n",
        "",
    ),
    (
        "RhombusListForbidden",
        "            or\n            last_over_time(rhombus_collect_success{source!=\"audit_feed\"}[5m])\n            unless on (job, instance, org, source)\n            max_over_time(rhombus_collect_failing{reason=~\"auth|forbidden\"}[15m])\n",
        "",
    ),
    (
        "RhombusListForbidden",
        "            max_over_time(rhombus_collect_failing{reason=\"forbidden\",source!=\"audit_feed\"}[15m])",
        "            max_over_time(rhombus_collect_failing{source!=\"audit_feed\"}[15m])",
    ),
    (
        "RhombusOrganizationLost",
        "unless on (org) last_over_time(rhombus_collect_last_success_timestamp_seconds[5m])",
        "unless on (org) last_over_time(rhombus_collect_last_success_timestamp_seconds{source=\"clip_groups\"}[5m])",
    ),
    ("RhombusThrottled", "reason=\"throttled\"", "reason!=\"\""),
    (
        "RhombusSharesUnlisted",
        "unlisted[5m]) > 0",
        "unlisted[5m]) > 1",
    ),
    ("RhombusSharesUnlisted", "for: 20m", "for: 10m"),
    (
        "RhombusKeyNotSuperAdmin",
        "super_admin=\"false\"",
        "super_admin!=\"\"",
    ),
    ("RhombusSupportAccess", "who=\"support\"", "who!=\"\""),
    ("RhombusSupportAccess", "> 262800", "> 255600"),
    (
        "RhombusMalformedRecords",
        "(rhombus_malformed_records{source!~\"audit_feed|partner_clients\"}[5m]) > 0",
        "(rhombus_malformed_records{source!~\"audit_feed|partner_clients\"}[5m]) > 1",
    ),
    ("RhombusClockSkew", "[5m]) > 120", "[5m]) >= 120"),
    ("RhombusClockSkew", "[5m]) < -120", "[5m]) < -1200"),
    (
        "RhombusOrganizationDuplicate",
        "state=\"duplicate\"",
        "state!=\"fresh\"",
    ),
    (
        "RhombusOrganizationLost",
        "unless on (org_uuid) last_over_time(rhombus_org_info[5m])",
        "unless on (org) last_over_time(rhombus_org_info[5m])",
    ),
    (
        "RhombusOrganizationLost",
        "unless on (org) last_over_time(rhombus_org_info{org_uuid!=\"\"}[5m])",
        "",
    ),
    (
        "RhombusOrganizationLost",
        "(rhombus_org_info{org_uuid!=\"\"}[1d:5m])",
        "(rhombus_org_info[1d:5m])",
    ),
    ("RhombusOrganizationLost", "[1d:5m]", "[6h:5m]"),
    (
        "RhombusOrganizationLost",
        "            == max by (org)",
        "            <= max by (org)",
    ),
    (
        "RhombusOrganizationLost",
        "last_over_time(rhombus_share_exporter_build_info[5m])\n                unless",
        "(last_over_time(rhombus_share_exporter_build_info[5m]) > 1)\n                unless",
    ),
    (
        "RhombusOtherTarget",
        "(up{job=\"rhombus-share-exporter\"}[5m]) > 0\n",
        "(up{job=\"rhombus-share-exporter\"}[5m]) == 1\n",
    ),
    (
        "RhombusOtherTarget",
        "unless on (job, instance)\n          last_over_time(rhombus_share_exporter_build_info",
        "unless on (job)\n          last_over_time(rhombus_share_exporter_build_info",
    ),
    (
        "RhombusCollectFailing",
        "          unless on (job, instance, org) last_over_time(rhombus_partner_client_info{access=\"not_allowed\"}[5m])\n        # Five polls",
        "        # Five polls",
    ),
    (
        "RhombusKeyRejected",
        "          unless on (job, instance, org) last_over_time(rhombus_partner_client_info{access=\"not_allowed\"}[5m])\n        # A key that",
        "        # A key that",
    ),
    (
        "RhombusDataStale",
        "            unless on (job, instance, org) last_over_time(rhombus_partner_client_info{access=\"not_allowed\"}[5m])\n          )\n          or",
        "          )\n          or",
    ),
    (
        "RhombusDataStale",
        "          unless on (job, instance, org) last_over_time(rhombus_partner_client_info{access=\"not_allowed\"}[5m])\n        # A little more",
        "        # A little more",
    ),
    (
        "RhombusListForbidden",
        "          unless on (job, instance, org) last_over_time(rhombus_partner_client_info{access=\"not_allowed\"}[5m])\n\n      - record: org_kind_protection:rhombus_shares:highest",
        "\n      - record: org_kind_protection:rhombus_shares:highest",
    ),
    (
        "RhombusCollectFailing",
        "_seconds{source!~\"audit_feed|partner_clients\"}[5m]))\n          and on (job, instance, org, source)\n          (\n            last_over_time(rhombus_collect_success[5m]) == 0\n            or",
        "_seconds[5m]))\n          and on (job, instance, org, source)\n          (\n            last_over_time(rhombus_collect_success[5m]) == 0\n            or",
    ),
    (
        "RhombusKeyRejected",
        "_seconds{source!~\"audit_feed|partner_clients\"}[5m]))\n          )\n          and on",
        "_seconds[5m]))\n          )\n          and on",
    ),
    (
        "RhombusDataStale",
        "_seconds{source!~\"audit_feed|partner_clients\"}[5m]))\n            > on",
        "_seconds[5m]))\n            > on",
    ),
    (
        "RhombusThrottled",
        "{reason=\"throttled\",source!~\"audit_feed|partner_clients\"}",
        "{reason=\"throttled\"}",
    ),
    (
        "RhombusMalformedRecords",
        "rhombus_malformed_records{source!~\"audit_feed|partner_clients\"}",
        "rhombus_malformed_records",
    ),
    (
        "RhombusCollectFailing",
        "_seconds{source!~\"audit_feed|partner_clients\"}[5m]))\n          and on (job, instance, org, source)\n          (\n            last_over_time(rhombus_collect_success[5m]) == 0\n            or",
        "_seconds{source!~\"partner_clients\"}[5m]))\n          and on (job, instance, org, source)\n          (\n            last_over_time(rhombus_collect_success[5m]) == 0\n            or",
    ),
    (
        "RhombusKeyRejected",
        "_seconds{source!~\"audit_feed|partner_clients\"}[5m]))\n          )\n          and on",
        "_seconds{source!~\"partner_clients\"}[5m]))\n          )\n          and on",
    ),
    (
        "RhombusDataStale",
        "_seconds{source!~\"audit_feed|partner_clients\"}[5m]))\n            > on",
        "_seconds{source!~\"partner_clients\"}[5m]))\n            > on",
    ),
    (
        "RhombusThrottled",
        "{reason=\"throttled\",source!~\"audit_feed|partner_clients\"}",
        "{reason=\"throttled\",source!~\"partner_clients\"}",
    ),
    (
        "RhombusMalformedRecords",
        "rhombus_malformed_records{source!~\"audit_feed|partner_clients\"}",
        "rhombus_malformed_records{source!~\"partner_clients\"}",
    ),
    (
        "RhombusAnswerPartial",
        "rhombus_collect_partial{source!=\"audit_feed\"}",
        "rhombus_collect_partial",
    ),
    (
        "RhombusListForbidden",
        "{reason=\"forbidden\",source!=\"audit_feed\"}",
        "{reason=\"forbidden\"}",
    ),
    (
        "RhombusKeyRejected",
        "last_over_time(rhombus_collect_success{source!=\"audit_feed\"}[5m]) == 1",
        "last_over_time(rhombus_collect_success[5m]) == 1",
    ),
    (
        "RhombusPartnerClientsMalformed",
        "rhombus_malformed_records{source=\"partner_clients\"}",
        "rhombus_malformed_records",
    ),
    (
        "RhombusPartnerClientsFailing",
        "(2 * label_replace",
        "(1 * label_replace",
    ),
    (
        "RhombusPartnerClientsFailing",
        "(2 * label_replace",
        "(3 * label_replace",
    ),
    (
        "RhombusPartnerClientsFailing",
        "\"(.+)\") + 600)",
        "\"(.+)\"))",
    ),
    (
        "RhombusPartnerClientsFailing",
        "{source=\"partner_clients\"}[5m]) > 0)",
        "{source=\"partner_clients\"}[5m]) >= 0)",
    ),
    (
        "RhombusPartnerClientsUnknown",
        "{source=\"partner_clients\"}[5m]) == 0\n        # As for",
        "{source=\"partner_clients\"}[5m]) >= 0\n        # As for",
    ),
    (
        "RhombusClientAccessWithdrawn",
        "{access=\"not_allowed\"}[5m]) == 1)",
        "[5m]) == 1)",
    ),
    (
        "RhombusClientsNotAllowed",
        "group by (job, partner, org)",
        "group by (job, instance, partner, org)",
    ),
    (
        "RhombusOrganizationLost",
        "                unless on (job, instance)\n                (last_over_time(rhombus_collect_last_success_timestamp_seconds{source=\"partner_clients\"}[5m]) == 0)\n",
        "",
    ),
    (
        "RhombusOrganizationLost",
        "          unless on (org) last_over_time(rhombus_partner_client_info{access=\"not_allowed\"}[5m])\n",
        "",
    ),
    (
        "RhombusOrganizationDuplicate",
        "group by (job, org_uuid, index)",
        "group by (job, org_uuid, instance)",
    ),
    (
        "RhombusShardMissing",
        "          unless on (job) (up == 0)\n",
        "",
    ),
    (
        "RhombusShardMissing",
        "\"shards\", \"/\", \"seen\", \"count\"",
        "\"shards\", \"/\", \"count\", \"count\"",
    ),
    (
        "RhombusShardMissing",
        "          unless on (job)\n          (\n            label_join",
        "          unless on (job, count)\n          (\n            label_join",
    ),
    (
        "RhombusShardMissing",
        "group by (job, index, count)",
        "group by (job, instance, index, count)",
    ),
    (
        "RhombusShardMissing",
        "            and on (job, shards)\n            label_join(\n              count_values by (job, count) (\"seen\"",
        "            and on (job, count)\n            label_join(\n              count_values by (job) (\"count\"",
    ),
    (
        "RhombusShardsDisagree",
        "(job_count:rhombus_share_exporter_shard:seen) > 1",
        "(job_count:rhombus_share_exporter_shard:seen) > 0",
    ),
    (
        "RhombusShareOpen",
        "{policy=\"unsecured\"}[5m]",
        "{policy=\"unsecured\"}[3m]",
    ),
    (
        "RhombusShareOpen",
        "{policy=\"unsecured\"}[5m]",
        "{policy=\"unsecured\"}[15m]",
    ),
    ("RhombusShareOpen", "{policy=\"unsecured\"}[5m]", "[5m]"),
    (
        "RhombusShareOpen",
        "              min by (job, org, kind, policy, severity, share)\n              (last_over_time(rhombus_share_violation_since_timestamp_seconds{policy=\"unsecured\"}",
        "              min by (job, instance, org, kind, policy, severity, share)\n              (last_over_time(rhombus_share_violation_since_timestamp_seconds{policy=\"unsecured\"}",
    ),
    (
        "RhombusShareOpen",
        "              min by (job, org, kind, policy, severity, share)\n              (last_over_time(rhombus_share_violation_since_timestamp_seconds{policy=\"unsecured\"}",
        "              max by (job, org, kind, policy, severity, share)\n              (last_over_time(rhombus_share_violation_since_timestamp_seconds{policy=\"unsecured\"}",
    ),
    (
        "RhombusShareOpen",
        "              or\n              share:rhombus_share_violation_since:standing{policy=\"unsecured\"}\n",
        "",
    ),
    (
        "RhombusShareOpen",
        "rhombus_share_violation_since_timestamp_seconds[1d])",
        "rhombus_share_violation_since_timestamp_seconds[1h])",
    ),
    (
        "RhombusShareOpen",
        "rhombus_share_violation_since_timestamp_seconds[1d])\n            unless on (job, org, kind) last_over_time(rhombus_share_violations[3m])\n",
        "rhombus_share_violation_since_timestamp_seconds[1d])\n",
    ),
    (
        "RhombusShareOpen",
        "rhombus_share_violation_since_timestamp_seconds[1d])\n            unless on (job, org, kind) last_over_time(rhombus_share_violations[3m])\n",
        "rhombus_share_violation_since_timestamp_seconds[1d])\n            unless on (org, kind) last_over_time(rhombus_share_violations[3m])\n",
    ),
    (
        "RhombusShareOpen",
        "rhombus_share_violation_since_timestamp_seconds[1d])\n            unless on (job, org, kind) last_over_time(rhombus_share_violations[3m])\n",
        "rhombus_share_violation_since_timestamp_seconds[1d])\n            unless on (job, org, kind) last_over_time(rhombus_share_violations[15m])\n",
    ),
    (
        "RhombusShareOpen",
        "last_over_time(instance_share:rhombus_share_violation:seen[1d])\n              <",
        "last_over_time(instance_share:rhombus_share_violation:seen[1d]) + 1e6\n              <",
    ),
    (
        "RhombusShareOpen",
        "violation:seen[1d])\n              < on",
        "violation:seen[1d])\n              <= on",
    ),
    (
        "RhombusShareOpen",
        "violation:seen[1d])",
        "violation:seen[1h])",
    ),
    (
        "RhombusShareOpen",
        "              unless on (job, org, kind)\n              label_replace(\n                last_over_time(rhombus_collect_last_success_timestamp_seconds{source!~\"audit_feed|partner_clients\"}[5m]) == 0,",
        "              unless on (job, instance, org, kind)\n              label_replace(\n                last_over_time(rhombus_collect_last_success_timestamp_seconds{source!~\"audit_feed|partner_clients\"}[5m]) == 0,",
    ),
    (
        "RhombusShareOpen",
        "{source!~\"audit_feed|partner_clients\"}[5m]) == 0,",
        "{source!~\"audit_feed|partner_clients\"}[5m]) < 0,",
    ),
    (
        "RhombusShareOpen",
        "            >= on (job, org, kind) group_left () (org_kind:rhombus_collect:read - 300)\n            or\n",
        "            or\n",
    ),
    (
        "RhombusShareOpen",
        "            or\n            0 * instance_org_kind:rhombus_collect:last_success_within_a_day\n            + on (job, org, kind) group_left () (org_kind:rhombus_collect:read - 300)\n",
        "",
    ),
    (
        "RhombusShareOpen",
        "            + on (job, org, kind) group_left () (org_kind:rhombus_collect:read - 300)\n",
        "            + on (job, org, kind) group_left () (org_kind:rhombus_collect:read + 600)\n",
    ),
    (
        "RhombusShareOpen",
        "              < on (job, instance) group_left ()\n              last_over_time(instance:rhombus_share_exporter:scraped[1d])\n",
        "              > on (job, instance) group_left ()\n              last_over_time(instance:rhombus_share_exporter:scraped[1d])\n",
    ),
    (
        "RhombusShareOpen",
        "exporter:scraped[1d]",
        "exporter:scraped[1h]",
    ),
    (
        "RhombusShareOpen",
        "          unless on (job, instance)\n          last_over_time(rhombus_collect_last_success_timestamp_seconds{source=\"partner_clients\"}[5m]) == 0\n\n",
        "\n",
    ),
    (
        "RhombusShareOpen",
        "            + on (job, instance) group_left () last_over_time(instance:rhombus_share_exporter:scraped[1d])\n              unless",
        "            + time()\n              unless",
    ),
    (
        "RhombusShareNeverExpires",
        "{policy=\"no-expiry\"}[5m]",
        "{policy!=\"\"}[5m]",
    ),
    (
        "RhombusShareNeverExpires",
        "{policy=\"no-expiry\"}[5m]",
        "{policy=\"no-expiry\"}[15m]",
    ),
    ("RhombusShareNeverExpires", "for: 15m", "for: 5m"),
    (
        "RhombusSharePolicyViolated",
        "{policy!~\"unsecured|no-expiry\"}[5m]",
        "{policy!~\"unsecured\"}[5m]",
    ),
    (
        "RhombusSharePolicyViolated",
        "{policy!~\"unsecured|no-expiry\"}[5m]",
        "{policy!~\"no-expiry\"}[5m]",
    ),
    (
        "RhombusSharePolicyViolated",
        "{policy!~\"unsecured|no-expiry\"}[5m]",
        "{policy!~\"unsecured|no-expiry|mine\"}[5m]",
    ),
    (
        "RhombusSharePolicyViolated",
        "share:rhombus_share_violation_since:standing{policy!~\"unsecured|no-expiry\"}",
        "share:rhombus_share_violation_since:standing",
    ),
    (
        "RhombusShareViolationsHidden",
        "            or\n            0 * sum by (job, instance, org, kind, severity) (last_over_time(rhombus_share_violations[5m]))\n",
        "",
    ),
    (
        "RhombusShareViolationsHidden",
        "            max by (job, org, kind, severity) (instance_org_kind_severity",
        "            sum by (job, org, kind, severity) (instance_org_kind_severity",
    ),
    (
        "RhombusShareViolationsHidden",
        "          sum by (job, org, severity) (\n",
        "          max by (job, org, severity) (\n",
    ),
    (
        "RhombusShareViolationsHidden",
        "              unless on (job, org, kind) last_over_time(rhombus_share_violations[3m])\n              unless\n",
        "              unless\n",
    ),
    (
        "RhombusShareViolationsHidden",
        "hidden > 0)[1d:1m])\n                <",
        "hidden > 0)[1d:1m]) + 1e6\n                <",
    ),
    (
        "RhombusShareViolationsHidden",
        "hidden > 0)[1d:1m])\n                <",
        "hidden > 0)[1d:1m])\n                >",
    ),
    (
        "RhombusShareViolationsHidden",
        "hidden[1d])",
        "hidden[30m])",
    ),
    (
        "RhombusShareViolationsHidden",
        "(last_over_time(rhombus_share_violation_since_timestamp_seconds[5m]))\n            or",
        "(last_over_time(rhombus_share_violation_since_timestamp_seconds[1h]))\n            or",
    ),
    ("RhombusPolicyExceptionEndsSoon", "< 1209600", "< 1296000"),
    ("RhombusPolicyExceptionEndsSoon", "< 1209600", "< 1209000"),
    (
        "RhombusPolicyExceptionEndsSoon",
        "- time() > 0)",
        "- time() > -600)",
    ),
    (
        "RhombusPolicyExceptionEndsSoon",
        "min by (job, exception) (last",
        "min by (job, instance, exception) (last",
    ),
    (
        "RhombusPolicyExceptionEnded",
        "[5m])) >= 0",
        "[5m])) >= -600",
    ),
    ("RhombusPolicyExceptionUnused", "> 2592000", "> 2595600"),
    ("RhombusPolicyExceptionUnused", "> 2592000", "> 2588400"),
    (
        "RhombusPolicyExceptionUnused",
        "          unless on (job, exception)\n          (min by (job, exception) (last_over_time(rhombus_policy_exception_end_timestamp_seconds[5m])) <= time())\n",
        "",
    ),
    (
        "RhombusPolicyErrors",
        "max by (job, policy)",
        "sum by (job, policy)",
    ),
    (
        "RhombusPolicyErrors",
        "errors[5m])) > 0",
        "errors[5m])) >= 0",
    ),
    (
        "RhombusStorageFailing",
        "write_errors_total[15m]) > 0\n            or\n            min_over_time(rhombus_share_exporter_storage_pending_lists[15m]) > 0",
        "write_errors_total[15m]) > 0",
    ),
    (
        "RhombusStorageFailing",
        "min_over_time(rhombus_share_exporter_storage_pending_lists",
        "max_over_time(rhombus_share_exporter_storage_pending_lists",
    ),
    (
        "RhombusStorageFailing",
        "write_errors_total[15m]) > 0",
        "write_errors_total[1h]) > 0",
    ),
    ("RhombusExporterVanished", "- 900)", "- 9000)"),
    (
        "RhombusExporterVanished",
        "              and on (job, instance) up\n",
        "",
    ),
    (
        "RhombusExporterVanished",
        "            unless on (job, instance) up\n",
        "",
    ),
    ("RhombusExporterVanished", "          and on (job) up\n", ""),
    (
        "RhombusListUnwatched",
        "            and on (job, org)\n            last_over",
        "            and on (job)\n            last_over",
    ),
    (
        "RhombusListUnwatched",
        "            unless on (job, org, kind)\n            label_replace(\n              last_over_time(rhombus_collect_last_success_timestamp_seconds[5m]), \"kind\", \"$1\", \"source\", \"(.+)s\"\n            )\n            unless",
        "            unless on (org, kind)\n            label_replace(\n              last_over_time(rhombus_collect_last_success_timestamp_seconds[5m]), \"kind\", \"$1\", \"source\", \"(.+)s\"\n            )\n            unless",
    ),
    (
        "RhombusListUnwatched",
        "{source!~\"audit_feed|partner_clients\"}[1d])",
        "{source!~\"audit_feed|partner_clients\"}[1h])",
    ),
    (
        "RhombusShareOpen",
        "{source!~\"audit_feed|partner_clients\"}[1d])",
        "{source!~\"audit_feed|partner_clients\"}[1d:5m])",
    ),
    (
        "RhombusOrganizationLost",
        "{source!~\"audit_feed|partner_clients\"}[1d])",
        "{source!~\"audit_feed|partner_clients\"}[6h])",
    ),
    (
        "RhombusOpenSharesRise",
        "max by (job, org, kind, protection) (last_over_time(rhombus_shares{protection=\"none\"}[5m]))",
        "max by (job, org, protection) (last_over_time(rhombus_shares{protection=\"none\"}[5m]))",
    ),
    (
        "RhombusOrganizationLost",
        "          ) > 0\n\n      - record: org_kind:rhombus_collect:read",
        "          ) >= 0\n\n      - record: org_kind:rhombus_collect:read",
    ),
    (
        "RhombusClientAccessWithdrawn",
        "* on (org) group_left ()\n          (time() - max by (org) (instance_org_kind:rhombus_collect:last_success_within_a_day))\n        # Rhombus's",
        "* 0\n        # Rhombus's",
    ),
    (
        "RhombusListUnwatched",
        "              == max by (job, org, kind) (instance_org_kind:rhombus_collect:last_success_within_a_day)\n",
        "              > max by (job, org, kind) (instance_org_kind:rhombus_collect:last_success_within_a_day)\n",
    ),
    (
        "RhombusOrganizationLost",
        "_seconds{source!~\"audit_feed|partner_clients\"}[1d])",
        "_seconds[1d])",
    ),
    (
        "RhombusShareOpen",
        "            * on (job, instance) group_left (external_url)\n            last_over_time(rhombus_share_exporter_web_info[5m])",
        "            * on (job) group_left (external_url)\n            topk by (job) (1, last_over_time(rhombus_share_exporter_web_info[5m]))",
    ),
    (
        "RhombusShareOpen",
        "watching{job=%q,org=%q}\" $labels.job $labels.org",
        "watching{org=%q}\" $labels.org",
    ),
    (
        "RhombusShareExpiresSoon",
        "org={{ $labels.org | urlquery }}",
        "org={{ $labels.org }}",
    ),
    (
        "RhombusShareViolationsHidden",
        "severity=%q}[5m]) > 0)\"",
        "severity=%q}[5m]) >= 0)\"",
    ),
    (
        "RhombusPolicyExceptionEndsSoon",
        "group by (external_url) (last_over_time(rhombus_share_exporter_web_info{job=%q}[5m]) and on (job, instance) last_over_time(rhombus_policy_exception_shares{exception=%q}[5m]) > 0)",
        "last_over_time(rhombus_share_exporter_web_info{job=%q}[5m]) and on (job, instance) last_over_time(rhombus_policy_exception_shares{exception=%q}[5m]) > 0",
    ),
    (
        "RhombusPolicyErrors",
        "rhombus_policy_errors{policy=%q}[5m]) > 0)",
        "rhombus_policy_errors{policy=%q}[5m]) >= 0)",
    ),
    (
        "RhombusDataStale",
        "rhombus_share_exporter_web_info{job=%q,instance=%q}[5m])\" $labels.job $labels.instance",
        "rhombus_share_exporter_web_info{job=%q}[5m])\" $labels.job",
    ),
    ("RhombusSharesUnlisted", "&kind={{ $labels.kind }}", ""),
    (
        "RhombusShareUnsecured",
        "event=\"unsecured\"",
        "event!=\"created\"",
    ),
    (
        "RhombusShareUnsecured",
        "{event=\"unsecured\"}[5m])),\n            0\n          ) < 900",
        "{event=\"unsecured\"}[5m])),\n            0\n          ) < 1800",
    ),
    (
        "RhombusShareUnsecured",
        "max by (job, org, kind)\n            (last_over_time(rhombus_share_last_event_timestamp_seconds{event=\"unsecured\"}",
        "max by (job, instance, org, kind)\n            (last_over_time(rhombus_share_last_event_timestamp_seconds{event=\"unsecured\"}",
    ),
    (
        "RhombusShareExpiryExtended",
        "event=\"expiry_extended\"",
        "event=~\"expiry.+\"",
    ),
    (
        "RhombusShareExpiryExtended",
        "          clamp_min(\n            time()\n            - max by (job, org, kind)\n            (last_over_time(rhombus_share_last_event_timestamp_seconds{event=\"expiry_extended\"}[5m])),\n            0\n          ) < 900",
        "          time()\n          - max by (job, org, kind)\n          (last_over_time(rhombus_share_last_event_timestamp_seconds{event=\"expiry_extended\"}[5m])) < 900",
    ),
    (
        "RhombusShareMadeByOther",
        "finding=\"unexpected_principal\"",
        "finding=~\"unexpected.+\"",
    ),
    (
        "RhombusShareMadeByOther",
        "{finding=\"unexpected_principal\"}[5m])),\n            0\n          ) < 3600",
        "{finding=\"unexpected_principal\"}[5m])),\n            0\n          ) < 3000",
    ),
    (
        "RhombusShareMadeByOther",
        "{finding=\"unexpected_principal\"}[5m])),\n            0\n          ) < 3600",
        "{finding=\"unexpected_principal\"}[5m])),\n            0\n          ) < 4200",
    ),
    (
        "RhombusShareMadeByOther",
        "max by (job, org)\n            (last_over_time(rhombus_audit_last_finding_timestamp_seconds{finding=\"unexpected_principal\"}",
        "max by (job, instance, org)\n            (last_over_time(rhombus_audit_last_finding_timestamp_seconds{finding=\"unexpected_principal\"}",
    ),
    (
        "RhombusShareViewedOften",
        "finding=\"many_views\"",
        "finding=~\"unexpected.+|many_views\"",
    ),
    (
        "RhombusShareViewedOften",
        "{finding=\"many_views\"}[5m])),\n            0\n          ) < 3600",
        "{finding=\"many_views\"}[5m])),\n            0\n          ) < 3000",
    ),
    (
        "RhombusShareViewedOften",
        "{finding=\"many_views\"}[5m])),\n            0\n          ) < 3600",
        "{finding=\"many_views\"}[5m])),\n            0\n          ) < 4200",
    ),
    (
        "RhombusShareViewedOften",
        "max by (job, org)\n            (last_over_time(rhombus_audit_last_finding_timestamp_seconds{finding=\"many_views\"}",
        "max by (job, instance, org)\n            (last_over_time(rhombus_audit_last_finding_timestamp_seconds{finding=\"many_views\"}",
    ),
    (
        "RhombusShareViewedElsewhere",
        "finding=\"unexpected_country\"",
        "finding=~\"unexpected.+|link_sent\"",
    ),
    (
        "RhombusShareViewedElsewhere",
        "{finding=\"unexpected_country\"}[5m])),\n            0\n          ) < 3600",
        "{finding=\"unexpected_country\"}[5m])),\n            0\n          ) < 3000",
    ),
    (
        "RhombusShareViewedElsewhere",
        "{finding=\"unexpected_country\"}[5m])),\n            0\n          ) < 3600",
        "{finding=\"unexpected_country\"}[5m])),\n            0\n          ) < 4200",
    ),
    (
        "RhombusShareViewedElsewhere",
        "max by (job, org)\n            (last_over_time(rhombus_audit_last_finding_timestamp_seconds{finding=\"unexpected_country\"}",
        "max by (job, instance, org)\n            (last_over_time(rhombus_audit_last_finding_timestamp_seconds{finding=\"unexpected_country\"}",
    ),
    (
        "RhombusShareLinkSent",
        "finding=\"link_sent\"",
        "finding=~\"link_sent|access_granted\"",
    ),
    (
        "RhombusShareLinkSent",
        "{finding=\"link_sent\"}[5m])),\n            0\n          ) < 3600",
        "{finding=\"link_sent\"}[5m])),\n            0\n          ) < 3000",
    ),
    (
        "RhombusShareLinkSent",
        "{finding=\"link_sent\"}[5m])),\n            0\n          ) < 3600",
        "{finding=\"link_sent\"}[5m])),\n            0\n          ) < 4200",
    ),
    (
        "RhombusShareLinkSent",
        "max by (job, org)\n            (last_over_time(rhombus_audit_last_finding_timestamp_seconds{finding=\"link_sent\"}",
        "max by (job, instance, org)\n            (last_over_time(rhombus_audit_last_finding_timestamp_seconds{finding=\"link_sent\"}",
    ),
    (
        "RhombusAccessGranted",
        "finding=\"access_granted\"",
        "finding=~\"access_granted|key_made\"",
    ),
    (
        "RhombusAccessGranted",
        "{finding=\"access_granted\"}[5m])),\n            0\n          ) < 3600",
        "{finding=\"access_granted\"}[5m])),\n            0\n          ) < 3000",
    ),
    (
        "RhombusAccessGranted",
        "{finding=\"access_granted\"}[5m])),\n            0\n          ) < 3600",
        "{finding=\"access_granted\"}[5m])),\n            0\n          ) < 4200",
    ),
    (
        "RhombusAccessGranted",
        "max by (job, org)\n            (last_over_time(rhombus_audit_last_finding_timestamp_seconds{finding=\"access_granted\"}",
        "max by (job, instance, org)\n            (last_over_time(rhombus_audit_last_finding_timestamp_seconds{finding=\"access_granted\"}",
    ),
    ("RhombusKeyMade", "finding=\"key_made\"", "finding=~\".+\""),
    (
        "RhombusKeyMade",
        "{finding=\"key_made\"}[5m])),\n            0\n          ) < 3600",
        "{finding=\"key_made\"}[5m])),\n            0\n          ) < 3000",
    ),
    (
        "RhombusKeyMade",
        "{finding=\"key_made\"}[5m])),\n            0\n          ) < 3600",
        "{finding=\"key_made\"}[5m])),\n            0\n          ) < 4200",
    ),
    (
        "RhombusKeyMade",
        "max by (job, org)\n            (last_over_time(rhombus_audit_last_finding_timestamp_seconds{finding=\"key_made\"}",
        "max by (job, instance, org)\n            (last_over_time(rhombus_audit_last_finding_timestamp_seconds{finding=\"key_made\"}",
    ),
    (
        "RhombusShareViewedOften",
        "          clamp_min(\n            time()\n            - max by (job, org)\n            (last_over_time(rhombus_audit_last_finding_timestamp_seconds{finding=\"many_views\"}[5m])),\n            0\n          ) < 3600",
        "          time()\n          - max by (job, org)\n          (last_over_time(rhombus_audit_last_finding_timestamp_seconds{finding=\"many_views\"}[5m])) < 3600",
    ),
    (
        "RhombusShareMadeByOther",
        "(last_over_time(rhombus_audit_last_finding_timestamp_seconds{finding=\"unexpected_principal\"}[5m])",
        "(rhombus_audit_last_finding_timestamp_seconds{finding=\"unexpected_principal\"}",
    ),
    (
        "RhombusShareLinkSent",
        "/audit?org={{ $labels.org | urlquery }}&event=link_sent",
        "/audit?org={{ $labels.org }}&event=link_sent",
    ),
    (
        "RhombusAuditNotWritten",
        "            increase(rhombus_audit_write_errors_total[15m]) > 0\n            or\n",
        "",
    ),
    (
        "RhombusAuditNotWritten",
        "min_over_time(rhombus_audit_queue_events[15m])",
        "max_over_time(rhombus_audit_queue_events[15m])",
    ),
    (
        "RhombusAuditNotWritten",
        "            or\n            increase(rhombus_audit_dropped_events_total[1h]) > 0\n",
        "",
    ),
    (
        "RhombusAuditNotWritten",
        "          and on (job, instance)\n          (\n            increase(rhombus_audit_write",
        "          and on (job)\n          (\n            increase(rhombus_audit_write",
    ),
    (
        "RhombusAuditBroken",
        "and on (job, instance) last_over_time(rhombus_audit_check",
        "and on (job) last_over_time(rhombus_audit_check",
    ),
    (
        "RhombusAuditBroken",
        "check_success[5m]) == 0",
        "check_success[5m]) >= 0",
    ),
    ("RhombusAuditNoHeartbeat", "> 93600", "> 86400"),
    ("RhombusAuditNoHeartbeat", "> 93600", "> 97200"),
    (
        "RhombusAuditNoHeartbeat",
        "          or\n          0 * last_over_time(rhombus_audit_size[5m]) - 1 < 0\n          unless on (job, instance) last_over_time(rhombus_audit_heartbeat_timestamp_seconds[5m])\n",
        "",
    ),
    (
        "RhombusAuditNoHeartbeat",
        "unless on (job, instance) last_over_time(rhombus_audit_heartbeat",
        "unless on (job) last_over_time(rhombus_audit_heartbeat",
    ),
];

/// A file of cases, whole; what promtool reads as text is text here (`0x70` is no number).
#[derive(Deserialize, Serialize)]
struct CaseFile {
    rule_files: Vec<String>,
    evaluation_interval: String,
    #[serde(default)]
    group_eval_order: Vec<String>,
    tests: Vec<Case>,
}

#[derive(Deserialize, Serialize)]
struct Case {
    interval: String,
    input_series: Vec<Series>,
    #[serde(default)]
    alert_rule_test: Vec<Value>,
}

#[derive(Deserialize, Serialize)]
struct Series {
    series: String,
    values: String,
}

/// The cases as far as they look at the alert.
fn cases_of(alert: &str, cases: &str) -> CaseFile {
    let mut file: CaseFile = serde_saphyr::from_str(cases).expect("promtool reads it");
    for case in &mut file.tests {
        let of_it = |look: &Value| text(look, "alertname") == alert;
        case.alert_rule_test.retain(of_it);
    }
    file.tests.retain(|case| !case.alert_rule_test.is_empty());
    file
}

/// The rules that the alert needs: all others would only take time.
fn rules_of(alert: &str, rules: &str) -> Value {
    let mut file: Value = serde_saphyr::from_str(rules).expect("promtool reads it");
    let groups = file["groups"].as_array_mut().expect("groups");
    let mut needed = String::new();
    // From the last to the first: a rule needs only what is recorded before it.
    for group in groups.iter_mut().rev() {
        let rules = group["rules"].as_array_mut().expect("rules");
        rules.reverse();
        rules.retain(|rule| {
            let kept = match rule["record"].as_str() {
                Some(record) => needed.contains(record),
                None => text(rule, "alert") == alert,
            };
            if kept {
                needed.push_str(text(rule, "expr"));
                needed.push_str(text(&rule["annotations"], "description"));
            }
            kept
        });
        rules.reverse();
    }
    file
}

/// Whether every case of the alert holds for these rules; one that does not is enough.
fn holds(rules: &str, alert: &str) -> bool {
    let scratch = tempfile::tempdir().expect("a scratch directory");
    let directory = scratch.path();
    let rule_file = directory.join(rule_file::FILE);
    std::fs::create_dir_all(directory.join(alert_cases::DIRECTORY)).expect("a scratch directory");
    std::fs::write(rule_file, rules_of(alert, rules).to_string()).expect("a scratch file");
    files(alert_cases::DIRECTORY, "yml").iter().all(|path| {
        let cases = cases_of(alert, &read(path));
        cases.tests.is_empty() || hold(&cases, &name(path), alert, directory)
    })
}

/// Whether the cases of one file hold, with the rules that are below `directory`.
fn hold(cases: &CaseFile, name: &str, alert: &str, directory: &Path) -> bool {
    let file = format!("{}/{name}", alert_cases::DIRECTORY);
    let cases = serde_json::to_string(cases).expect("it is JSON");
    std::fs::write(directory.join(&file), cases).expect("a scratch file");
    let [_, newer] = toolchains();
    let (content, said) = output(newer, "promtool", &["test", "rules", &file], directory);
    assert!(
        content || said.contains("alertname: "),
        "{alert}: not because of a case: {said}"
    );
    content
}

#[test]
fn each_mutant_fails_a_case() {
    let good = rule_file::text();
    let unnoticed: Vec<&Mutant> = MUTANTS
        .iter()
        .filter(|(alert, from, to)| holds(&broken(&good, from, to), alert))
        .collect();
    assert!(unnoticed.is_empty(), "{unnoticed:#?}");
    let alerts: BTreeSet<&str> = MUTANTS.iter().map(|(alert, ..)| *alert).collect();
    for alert in alerts {
        assert!(
            holds(&good, alert),
            "{alert}: a case fails without a mutant"
        );
    }
}
