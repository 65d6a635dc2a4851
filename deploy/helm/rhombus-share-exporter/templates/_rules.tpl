{{/* The rule file with what `prometheusRule` says of single alerts. `files/thresholds.yml` tells where each threshold
     is written; its head says how to read it. `rhombus-share-exporter rules` does the same by the same table. */}}

{{- define "exporter.rules" -}}
{{- $rules := .Files.Get "files/rhombus-shares.rules.yml" | fromYaml -}}
{{- $table := .Files.Get "files/thresholds.yml" | fromYaml -}}
{{- include "exporter.checkAlerts" (list . $rules $table) -}}
{{- $groups := list -}}
{{- $seen := list -}}
{{- range $group := $rules.groups -}}
{{- $kept := list -}}
{{- range $rule := $group.rules -}}
{{- $settings := include "exporter.settings" (list $ $rule) | fromYaml -}}
{{- if ne (toString $settings.enabled) "false" -}}
{{- include "exporter.checkItFires" (list $rule $settings $table) -}}
{{- $changed := include "exporter.rule" (list $ $rule $settings $table.thresholds) | fromYaml -}}
{{- $seen = include "exporter.checkSeverities" (list $changed $seen) | fromJsonArray -}}
{{- $kept = append $kept $changed -}}
{{- end -}}
{{- end -}}
{{- $groups = set $group "rules" $kept | append $groups -}}
{{- end -}}
{{- dict "groups" $groups | toYaml -}}
{{- end -}}

{{/* What values say of a rule: under NAME/SEVERITY, then under NAME. */}}
{{- define "exporter.settings" -}}
{{- $rule := index . 1 -}}
{{- $settings := dict -}}
{{- if $rule.alert -}}
{{- $alerts := (index . 0).Values.prometheusRule.alerts -}}
{{- $one := dig "labels" "severity" "" $rule | printf "%s/%s" $rule.alert -}}
{{- $settings = index $alerts $rule.alert | default dict | deepCopy -}}
{{- range $key, $value := index $alerts $one -}}{{- $_ := set $settings $key $value -}}{{- end -}}
{{- end -}}
{{- toYaml $settings -}}
{{- end -}}

{{/* One rule: a list of the root, the rule, its settings and the table. */}}
{{- define "exporter.rule" -}}
{{- $root := index . 0 -}}
{{- $rule := index . 1 -}}
{{- $settings := index . 2 -}}
{{- $severity := dig "labels" "severity" "" $rule -}}
{{- range $row := index . 3 -}}
{{- if and $rule.alert (eq $row.alert $rule.alert) (has (dig "severity" "" $row) (list "" $severity)) -}}
{{- if hasKey $settings $row.name -}}
{{- range $place := $row.places -}}
{{- $text := ternary $rule $rule.annotations (eq $place.in "expr") -}}
{{- $put := include "exporter.written" (list $place.as (index $settings $row.name)) | printf $place.put -}}
{{- $_ := index $text $place.in | replace $place.find $put | set $text $place.in -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $job := printf "job=%q" $root.Values.job -}}
{{- $_ := $rule.expr | replace "job=\"rhombus-share-exporter\"" $job | set $rule "expr" -}}
{{- if $rule.alert -}}
{{- with $settings.for -}}{{- $_ := set $rule "for" . -}}{{- end -}}
{{- $labels := merge (dict) ($rule.labels | default dict) $root.Values.prometheusRule.alertLabels -}}
{{- with $settings.severity -}}{{- $_ := set $labels "severity" . -}}{{- end -}}
{{- with $labels -}}{{- $_ := set $rule "labels" . -}}{{- end -}}
{{- range $name, $text := $rule.annotations -}}
{{- $_ := $text | replace "job=\"rhombus-share-exporter\"" $job | set $rule.annotations $name -}}
{{- end -}}
{{- end -}}
{{- toYaml $rule -}}
{{- end -}}

{{/* A value as the rule file writes it: a list of `seconds`, `words`, `duration` or `number`, and the value. */}}
{{- define "exporter.written" -}}
{{- $form := index . 0 -}}
{{- $value := index . 1 -}}
{{- if eq $form "seconds" -}}
{{- include "exporter.seconds" $value -}}
{{- else if eq $form "words" -}}
{{- include "exporter.words" (include "exporter.seconds" $value | int64) -}}
{{- else if and (kindIs "float64" $value) (eq (float64 (int64 $value)) $value) -}}
{{- int64 $value -}}
{{- else -}}
{{- $value -}}
{{- end -}}
{{- end -}}

{{- define "exporter.seconds" -}}
{{- $units := dict "w" 604800 "d" 86400 "h" 3600 "m" 60 "s" 1 -}}
{{- $seconds := 0 -}}
{{- range regexFindAll "[0-9]+[wdhms]" . -1 -}}
{{- $unit := . | trunc -1 -}}
{{- $seconds = mul (trimSuffix $unit . | int64) (index $units $unit) | add $seconds -}}
{{- end -}}
{{- $seconds -}}
{{- end -}}

{{/* Seconds in the largest unit that they are whole in; but one day is 24 hours. */}}
{{- define "exporter.words" -}}
{{- $unit := "second" -}}
{{- $size := 1 -}}
{{- if and (gt . 86400) (eq 0 (mod . 86400)) -}}
{{- $unit = "day" -}}{{- $size = 86400 -}}
{{- else if eq 0 (mod . 3600) -}}
{{- $unit = "hour" -}}{{- $size = 3600 -}}
{{- else if eq 0 (mod . 60) -}}
{{- $unit = "minute" -}}{{- $size = 60 -}}
{{- end -}}
{{- $count := div . $size -}}
{{ $count }} {{ $unit }}{{ ternary "" "s" (eq 1 $count) }}
{{- end -}}
