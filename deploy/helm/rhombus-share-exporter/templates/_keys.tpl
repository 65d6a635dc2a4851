{{/* A key is in a Secret, and what the configuration says of it can be found in the pod. */}}
{{- define "exporter.checkKeys" -}}
{{- range $section := list "organizations" "partners" -}}
{{- range $i, $it := index $.Values.config $section -}}
{{- $where := printf "config.%s[%d]" $section $i -}}
{{- if hasKey $it "api_key" -}}
{{- fail (printf "%s.api_key: a key must not be in values; put it into a Secret, name that in `secrets`, and use api_key_file: /run/secrets/rhombus/SECRET/KEY" $where) -}}
{{- end -}}
{{- if not (or $it.api_key_file $it.api_key_env) -}}
{{- fail (printf "%s: has no key; put it into a Secret, name that in `secrets`, and use api_key_file: /run/secrets/rhombus/SECRET/KEY" $where) -}}
{{- end -}}
{{- include "exporter.checkKeyFile" (list $ $where $it.api_key_file) -}}
{{- include "exporter.checkVariable" (list $ $where $it.api_key_env) -}}
{{- end -}}
{{- end -}}
{{- range .Values.extraEnv -}}
{{- if and (eq .name "RHOMBUS_API_KEY") (hasKey . "value") -}}
{{- fail "extraEnv: RHOMBUS_API_KEY: a key must not be in values; use organization.existingSecret" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A list of the root, where the path is, and the path. */}}
{{- define "exporter.checkKeyFile" -}}
{{- $root := index . 0 -}}
{{- $where := index . 1 -}}
{{- $path := index . 2 | default "" -}}
{{- $below := "/run/secrets/rhombus/" -}}
{{- if not (or (not $path) (include "exporter.isMounted" (list $root $path))) -}}
{{- if not (hasPrefix $below $path) -}}
{{- fail (printf "%s.api_key_file: %s: nothing is mounted there; use /run/secrets/rhombus/SECRET/KEY, and name SECRET in `secrets`" $where $path) -}}
{{- end -}}
{{- $secret := trimPrefix $below $path | splitList "/" | first -}}
{{- if not (has $secret (include "exporter.secrets" $root | fromJsonArray)) -}}
{{- fail (printf "%s.api_key_file: %s: the Secret %s is not mounted; add it to `secrets`" $where $path $secret) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Not empty where `extraVolumeMounts` has the path: a list of the root and the path. */}}
{{- define "exporter.isMounted" -}}
{{- $path := index . 1 -}}
{{- range (index . 0).Values.extraVolumeMounts -}}
{{- if or (eq .mountPath $path) (hasPrefix (printf "%s/" (trimSuffix "/" .mountPath)) $path) -}}
yes
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "exporter.checkVariable" -}}
{{- $root := index . 0 -}}
{{- $where := index . 1 -}}
{{- with index . 2 -}}
{{- $name := . -}}
{{- $given := dict -}}
{{- range $root.Values.extraEnv -}}
{{- if eq .name $name -}}{{- $given = . -}}{{- end -}}
{{- end -}}
{{- if not $given -}}
{{- fail (printf "%s.api_key_env: %s is not in extraEnv; add it with valueFrom.secretKeyRef" $where $name) -}}
{{- else if hasKey $given "value" -}}
{{- fail (printf "extraEnv: %s: a key must not be in values; use valueFrom.secretKeyRef" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
