{{/* What the other objects must agree with is not left to flags and variables. */}}

{{/* The flags that are the chart's, with what is there instead. */}}
{{- define "exporter.ownFlags" -}}
--config.file: config
--storage.path: storage
--collect.shard: kind and replicas
--web.config.file: web
--web.external-url: externalUrl
--web.listen-address: service.port, which is the port that clients use
--web.telemetry-path: "nothing: the monitors ask for /metrics"
{{- end -}}

{{- define "exporter.checkFlags" -}}
{{- $instead := include "exporter.ownFlags" . | fromYaml -}}
{{- range .Values.extraArgs -}}
{{- $flag := splitList "=" . | first -}}
{{- with index $instead $flag -}}
{{- fail (printf "extraArgs: %s is the chart's to set; use %s" $flag .) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A variable stands for a flag, and the last of two of one name is it. */}}
{{- define "exporter.checkVariables" -}}
{{- $instead := dict "RHOMBUS_API_KEY_FILE" "organization.existingSecret" "RHOMBUS_ORGANIZATION" "organization.name" "RHOMBUS_ENDPOINT_URL" "organization.endpoint" -}}
{{- range $flag, $other := include "exporter.ownFlags" . | fromYaml -}}
{{- $variable := trimPrefix "--" $flag | replace "." "_" | replace "-" "_" | upper | printf "RHOMBUS_SHARE_EXPORTER_%s" -}}
{{- $_ := set $instead $variable $other -}}
{{- end -}}
{{- range include "exporter.ownEnv" . | fromYamlArray -}}
{{- if not (hasKey $instead .name) -}}{{- $_ := set $instead .name "" -}}{{- end -}}
{{- end -}}
{{- range .Values.extraEnv -}}
{{- if hasKey $instead .name -}}
{{- $what := index $instead .name | printf "use %s" | trimSuffix "use " | default "leave it out" -}}
{{- fail (printf "extraEnv: %s is the chart's to set; %s" .name $what) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Not empty where the NetworkPolicy may keep the exporter from Rhombus: by a proxy, or an endpoint at another port. */}}
{{- define "exporter.wayIsShut" -}}
{{- if and .Values.networkPolicy.enabled (not .Values.networkPolicy.egress.extra) -}}
{{- if regexMatch "^https://[^/]+:[0-9]+" (regexReplaceAll ":443(/|$)" .Values.organization.endpoint "$1") -}}
yes
{{- end -}}
{{- range .Values.extraEnv -}}
{{- if has (upper .name) (list "HTTPS_PROXY" "ALL_PROXY") -}}
yes
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
