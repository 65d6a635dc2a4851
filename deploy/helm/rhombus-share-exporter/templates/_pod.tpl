{{/* The pod, the same in a Deployment and in a StatefulSet but for the shard and the volume of the storage. */}}

{{- define "exporter.pod" -}}
metadata:
  labels:
    {{- include "exporter.labels" (list . .Values.podLabels) | nindent 4 }}
  {{- $files := include "exporter.files" . }}
  {{- if or $files .Values.podAnnotations }}
  annotations:
    {{- with $files }}
    # A change of the configuration is a new pod.
    checksum/config: {{ sha256sum . }}
    {{- end }}
    {{- with omit .Values.podAnnotations "checksum/config" }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- end }}
spec:
  serviceAccountName: {{ include "exporter.serviceAccount" . | toYaml }}
  {{- include "exporter.podSecurity" . | nindent 2 }}
  terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
  {{- with include "exporter.scheduling" . | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  containers:
    - name: exporter
      image: {{ include "exporter.image" . | toYaml }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args:
        - serve
        {{- with .Values.extraArgs }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      env:
        {{- include "exporter.ownEnv" . | trim | nindent 8 }}
        {{- with .Values.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      ports:
        - { name: metrics, containerPort: 10063 }
      {{- with include "exporter.probes" . | trim }}
      {{- . | nindent 6 }}
      {{- end }}
      resources:
        {{- toYaml .Values.resources | nindent 8 }}
      securityContext:
        {{- toYaml .Values.securityContext | nindent 8 }}
      {{- with include "exporter.mounts" . | trim }}
      volumeMounts:
        {{- . | nindent 8 }}
      {{- end }}
  {{- with include "exporter.volumes" . | trim }}
  volumes:
    {{- . | nindent 4 }}
  {{- end }}
{{- end -}}

{{/* Also of the pod of `helm test`. */}}
{{- define "exporter.podSecurity" -}}
automountServiceAccountToken: false
# The variables that Kubernetes makes of each Service are of no use here.
enableServiceLinks: false
securityContext:
  {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "exporter.scheduling" -}}
{{- $spread := .Values.topologySpreadConstraints -}}
{{- with .Values.priorityClassName }}
priorityClassName: {{ toYaml . }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if $spread }}
topologySpreadConstraints:
  {{- toYaml $spread | nindent 2 }}
{{- else if eq .Values.kind "StatefulSet" }}
# Each on a node of its own where there are enough.
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "exporter.selector" . | nindent 8 }}
{{- end }}
{{- end -}}

{{/* As variables and not as flags, so that `kubectl exec ... -- rhombus-share-exporter report` finds them too. */}}
{{- define "exporter.ownEnv" -}}
{{- with .Values.organization }}
{{- if .existingSecret }}
- name: RHOMBUS_API_KEY_FILE
  value: /run/secrets/rhombus/{{ .existingSecret }}/{{ .existingSecretKey }}
- name: RHOMBUS_ORGANIZATION
  value: {{ .name | quote }}
- name: RHOMBUS_ENDPOINT_URL
  value: {{ .endpoint | quote }}
{{- end }}
{{- end }}
{{- if .Values.config }}
- name: RHOMBUS_SHARE_EXPORTER_CONFIG_FILE
  value: /etc/rhombus-share-exporter/config.yml
{{- end }}
{{- if eq .Values.kind "StatefulSet" }}
- name: POD_INDEX
  valueFrom:
    fieldRef: { fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']" }
- name: SHARDS
  value: {{ .Values.replicas | quote }}
- name: RHOMBUS_SHARE_EXPORTER_COLLECT_SHARD
  value: $(POD_INDEX)/$(SHARDS)
{{- end }}
{{- if .Values.storage.enabled }}
- name: RHOMBUS_SHARE_EXPORTER_STORAGE_PATH
  value: /var/lib/rhombus-share-exporter
{{- end }}
{{- with include "exporter.webFile" . }}
- name: RHOMBUS_SHARE_EXPORTER_WEB_CONFIG_FILE
  value: {{ . }}
{{- end }}
{{- with .Values.externalUrl }}
- name: RHOMBUS_SHARE_EXPORTER_WEB_EXTERNAL_URL
  value: {{ . | quote }}
{{- end }}
{{- if .Values.web.tls.enabled }}
# For the health check: the certificate does not name 127.0.0.1, and the question holds no secret.
- name: RHOMBUS_SHARE_EXPORTER_URL
  value: https://127.0.0.1:10063/-/healthy
- name: RHOMBUS_SHARE_EXPORTER_INSECURE_SKIP_VERIFY
  value: "true"
{{- end }}
{{- end -}}

{{- define "exporter.probes" -}}
{{- with .Values.probes }}
{{- if .enabled }}
{{- $times := pick . "periodSeconds" "timeoutSeconds" "failureThreshold" | toYaml }}
{{- $ask := printf "/usr/bin/rhombus-share-exporter, healthcheck, --timeout=%ds" (int .timeoutSeconds) }}
{{- $serves := printf "exec: { command: [%s] }" $ask }}
{{- if include "exporter.wantsCertificate" $ }}
{{- $serves = "tcpSocket: { port: metrics }" }}
{{- end }}
{{- $ready := $serves }}
{{- $when := .readyWhen | default (ternary "polled" "serving" (ne $.Values.organization.existingSecret "")) }}
{{- if and (eq $when "polled") (not (include "exporter.wantsCertificate" $)) }}
{{- $ready = printf "exec: { command: [%s, --url=%s://127.0.0.1:10063/-/ready] }" $ask (include "exporter.scheme" $) }}
{{- end -}}
# Through the binary: where a password is asked for, the kubelet would take the 401 for the death of what serves. A
# restart mends nothing at Rhombus, and is not made for that.
livenessProbe:
  {{ $serves }}
  {{- $times | nindent 2 }}
{{- if eq $when "polled" }}
# Ready once each organisation has been polled with success: a rollout with a wrong key does not finish.
{{- end }}
readinessProbe:
  {{ $ready }}
  {{- $times | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "exporter.mounts" -}}
{{- if include "exporter.files" . }}
- { name: config, mountPath: /etc/rhombus-share-exporter, readOnly: true }
{{- end }}
{{- range $i, $name := include "exporter.secrets" . | fromJsonArray }}
{{- if not $i }}
# The directory, and no `subPath`, so that a new key is seen.
{{- end }}
- { name: secret-{{ $i }}, mountPath: /run/secrets/rhombus/{{ $name }}, readOnly: true }
{{- end }}
{{- if .Values.web.existingSecret }}
- { name: web, mountPath: /run/secrets/rhombus-web, readOnly: true }
{{- end }}
{{- if .Values.web.tls.existingSecret }}
- { name: tls, mountPath: /run/secrets/rhombus-tls, readOnly: true }
{{- end }}
{{- if .Values.storage.enabled }}
- { name: storage, mountPath: /var/lib/rhombus-share-exporter }
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "exporter.volumes" -}}
{{- if include "exporter.files" . }}
- name: config
  configMap: { name: {{ include "exporter.fullname" . | toYaml }} }
{{- end }}
{{- range $i, $name := include "exporter.secrets" . | fromJsonArray }}
{{- if not $i }}
# 288 is 0440, which not every reader of YAML takes for octal.
{{- end }}
- name: secret-{{ $i }}
  secret: { secretName: {{ toYaml $name }}, defaultMode: 288 }
{{- end }}
{{- with .Values.web.existingSecret }}
- name: web
  secret: { secretName: {{ toYaml . }}, defaultMode: 288 }
{{- end }}
{{- with .Values.web.tls.existingSecret }}
- name: tls
  secret: { secretName: {{ toYaml . }}, defaultMode: 288 }
{{- end }}
{{- if and .Values.storage.enabled (eq .Values.kind "Deployment") }}
- name: storage
  persistentVolumeClaim: { claimName: {{ .Values.storage.existingClaim | default (include "exporter.fullname" .) | toYaml }} }
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}
