{{/* What `prometheusRule.alerts` may say: alerts that there are, with thresholds that they have, within their limits. */}}

{{/* A list of the root, the rule file and the table. */}}
{{- define "exporter.checkAlerts" -}}
{{- $root := index . 0 -}}
{{- $table := index . 2 -}}
{{- $severities := include "exporter.severities" (index . 1) | fromYaml -}}
{{- range $name, $settings := $root.Values.prometheusRule.alerts -}}
{{- $where := printf "prometheusRule.alerts.%s" $name -}}
{{- $alert := splitList "/" $name | first -}}
{{- $of := index $severities $alert -}}
{{- if not $of -}}
{{- fail (printf "%s: there is no such alert; docs/alerts.md lists them" $where) -}}
{{- end -}}
{{- $severity := trimPrefix $alert $name | trimPrefix "/" -}}
{{- if and $severity (not (has $severity $of)) -}}
{{- fail (printf "%s: %s has no rule with the severity %s, but with %s" $where $alert $severity (join " and " $of)) -}}
{{- end -}}
{{- if and $settings.severity (has "none" $of) -}}
{{- fail (printf "%s.severity: %s has that of the policy's rule; set it in config.policy.rules" $where $alert) -}}
{{- end -}}
{{- if and (not $severity) (gt (len $of) 1) $settings.severity -}}
{{- fail (printf "%s.severity: %s has %d rules; set it of %s/%s or of %s/%s" $where $alert (len $of) $alert (first $of) $alert (last $of)) -}}
{{- end -}}
{{- if hasKey $settings "for" -}}
{{- include "exporter.checkDuration" (list (printf "%s.for" $where) $settings.for "15m" "0s" "52w") -}}
{{- end -}}
{{- range $key, $value := omit $settings "enabled" "for" "severity" -}}
{{- include "exporter.checkThreshold" (list $where $alert $severity $key $value $table.thresholds) -}}
{{- end -}}
{{- end -}}
{{- range $label, $value := $root.Values.prometheusRule.alertLabels -}}
{{- include "exporter.checkText" (list (printf "prometheusRule.alertLabels.%s" $label) $value) -}}
{{- if contains "{{" $value -}}
{{- fail (printf "prometheusRule.alertLabels.%s: Prometheus would take the braces for a template; leave them out" $label) -}}
{{- end -}}
{{- if has $label $table.reserved_labels -}}
{{- fail (printf "prometheusRule.alertLabels.%s: alerts have a label of this name; take another" $label) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The severities of each alert's rules, by the alert's name; `none` where the series has it. */}}
{{- define "exporter.severities" -}}
{{- $severities := dict -}}
{{- range $group := .groups -}}
{{- range $rule := $group.rules -}}
{{- with $rule.alert -}}
{{- $_ := dig "labels" "severity" "none" $rule | append (index $severities . | default list) | set $severities . -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toYaml $severities -}}
{{- end -}}

{{/* A list of where it is, the alert, a severity or nothing, the threshold's name, its value, and the table. */}}
{{- define "exporter.checkThreshold" -}}
{{- $where := printf "%s.%s" (index . 0) (index . 3) -}}
{{- $alert := index . 1 -}}
{{- $severity := index . 2 -}}
{{- $name := index . 3 -}}
{{- $value := index . 4 -}}
{{- $known := list "enabled" "for" "severity" -}}
{{- $row := dict -}}
{{- range index . 5 -}}
{{- if and (eq .alert $alert) (has $severity (list "" (.severity | default $severity))) -}}
{{- $known = append $known .name -}}
{{- if eq .name $name -}}
{{- if $row -}}
{{- fail (printf "%s: two rules are called %s; set it of %s/%s or of %s/%s" $where $alert $alert $row.severity $alert .severity) -}}
{{- end -}}
{{- $row = . -}}
{{- include "exporter.checkValue" (list $where . $value) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if not $row -}}
{{- fail (printf "%s: there is no such threshold; there are %s" $where ($known | uniq | join ", ")) -}}
{{- end -}}
{{- end -}}

{{/* A list of where it is, the row of the table, and the value. */}}
{{- define "exporter.checkValue" -}}
{{- $where := index . 0 -}}
{{- $row := index . 1 -}}
{{- $value := index . 2 -}}
{{- if eq $row.kind "duration" -}}
{{- $least := $row.min | default "1s" -}}
{{- include "exporter.checkDuration" (list $where $value $row.default $least ($row.max | default "52w")) -}}
{{- else -}}
{{- $written := include "exporter.written" (list "number" $value) -}}
{{- if not (regexMatch "^-?(0|[1-9][0-9]{0,8})([.][0-9]{1,9})?$" $written) -}}
{{- fail (printf "%s: %s: expected a number, such as %v" $where (ternary (quote $value) $written (kindIs "string" $value)) $row.default) -}}
{{- end -}}
{{- $least := $row.min | default 0 -}}
{{- if or (lt (float64 $value) (float64 $least)) (and (hasKey $row "max") (gt (float64 $value) (float64 $row.max))) -}}
{{- fail (printf "%s: %v: expected at least %v%s" $where $value $least (ternary (printf " and at most %v" $row.max) "" (hasKey $row "max"))) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A list of where it is, the value, an example, the least and the most. */}}
{{- define "exporter.checkDuration" -}}
{{- $where := index . 0 -}}
{{- $value := index . 1 | toString -}}
{{- if or (not $value) (not (regexMatch "^([0-9]{1,9}w)?([0-9]{1,9}d)?([0-9]{1,9}h)?([0-9]{1,9}m)?([0-9]{1,9}s)?$" $value)) -}}
{{- fail (printf "%s: %s: expected a duration, such as %s" $where ($value | default "\"\"") (index . 2)) -}}
{{- end -}}
{{- $seconds := include "exporter.seconds" $value | int64 -}}
{{- if or (lt $seconds (include "exporter.seconds" (index . 3) | int64)) (gt $seconds (include "exporter.seconds" (index . 4) | int64)) -}}
{{- fail (printf "%s: %s: expected %s to %s" $where $value (index . 3) (index . 4)) -}}
{{- end -}}
{{- end -}}

{{/* An alert that waits for as long as its expression holds never fires: a list of the rule, its settings and the
     table. */}}
{{- define "exporter.checkItFires" -}}
{{- $rule := index . 0 -}}
{{- $settings := index . 1 -}}
{{- $table := index . 2 -}}
{{- with $rule.alert -}}
{{- $holds := index $table.holds . -}}
{{- range $table.thresholds -}}
{{- if and (eq .alert $rule.alert) .holds -}}
{{- $holds = index $settings .name | default .default -}}
{{- end -}}
{{- end -}}
{{- $wait := $settings.for | default $rule.for -}}
{{- if and $holds (ge (include "exporter.seconds" $wait | int64) (include "exporter.seconds" $holds | int64)) -}}
{{- fail (printf "prometheusRule.alerts.%s: it would never fire: its expression holds for %s at most, and it waits for %s (for); make that shorter" . $holds $wait) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* What two rules of one name and one severity make is the same alert: a list of a rule as it is to be, and of those
     before it. Gives the list with it. */}}
{{- define "exporter.checkSeverities" -}}
{{- $rule := index . 0 -}}
{{- $seen := index . 1 -}}
{{- $severity := dig "labels" "severity" "" $rule -}}
{{- if and $rule.alert $severity -}}
{{- $which := printf "%s/%s" $rule.alert $severity -}}
{{- if has $which $seen -}}
{{- fail (printf "prometheusRule.alerts.%s: both of its rules would be %s, and what they make could not be told apart; set `enabled: false` for one instead" $rule.alert $severity) -}}
{{- end -}}
{{- $seen = append $seen $which -}}
{{- end -}}
{{- toJson $seen -}}
{{- end -}}
